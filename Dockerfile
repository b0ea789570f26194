# One image for every service; compose chooses the command.
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.9.* && uv venv /opt/venv
WORKDIR /src
COPY pyproject.toml requirements.lock ./
# The project's own dependencies, without the test tools, at the versions and hashes of the lock.
RUN uv pip install --no-cache --python /opt/venv/bin/python -r pyproject.toml -c requirements.lock
COPY shared/__init__.py shared/__init__.py
COPY shared/embeddings shared/embeddings
RUN /opt/venv/bin/python -m shared.embeddings.build

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 reelwright && mkdir /data && chown reelwright /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY shared shared
COPY text_to_video text_to_video
COPY services services
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENV=production DATA_DIR=/data
USER reelwright
VOLUME /data
