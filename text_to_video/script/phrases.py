"""The fixed words around what a posting says, per language. Facts are slots; nothing here claims anything of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Slots: {title}, {company}, {a} (English article), {place}, {places}, {n}, {pay}, {duty}, {need}. `…_long` and `hook` need no slot."""

    hook_duty: tuple[str, ...]
    hook_role: tuple[str, ...]
    hook: str
    role: str
    role_open: str
    role_untitled: str
    role_anonymous: str
    place: str
    two_places: str
    many_places: str
    remote: str
    place_or_remote: str
    remote_in: str
    pays: str
    pay: str
    duty: tuple[str, str]
    plain_first: str
    need: str
    need_more: str
    cta: tuple[str, ...]
    cta_long: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        hook_duty=("Want to {duty}?", "Would you like to {duty}?", "Ready to {duty}?", "Could you {duty}?"),
        hook_role=("Looking for your next role as {a}{title}?", "Are you {a}{title}?"),
        hook="Looking for your next job?",
        role="{company} is hiring {a}{title}.",
        role_open="{company} is hiring for {title}.",
        role_untitled="{company} is hiring.",
        role_anonymous="Now hiring: {title}.",
        place="In {place}.",
        two_places="In {places[0]} or {places[1]}.",
        many_places="In {n} cities.",
        remote="The job is remote.",
        place_or_remote="In {place}, or remote.",
        remote_in="Remote, in {place}.",
        pays="It pays {pay}.",
        pay="The pay: {pay}.",
        duty=("You'll {duty}.", "And you'll {duty}."),
        plain_first="The work: {duty}.",
        need="You'll need {need}.",
        need_more="You'll also need {need}.",
        cta=("Sound like you? Tap apply.", "If that sounds like you, tap apply.", "Tap apply if that sounds like you."),
        cta_long="If that sounds like you, tap apply now. You'll find all the details in the full posting.",
    ),
    "de": Phrases(
        hook_duty=(),
        hook_role=("Auf der Suche nach einer neuen Stelle als {title}?", "Dein nächster Job: {title}?"),
        hook="Auf der Suche nach einem neuen Job?",
        role="{company} sucht: {title}.",
        role_open="{company} sucht: {title}.",
        role_untitled="{company} stellt ein.",
        role_anonymous="Jetzt gesucht: {title}.",
        place="In {place}.",
        two_places="In {places[0]} oder {places[1]}.",
        many_places="In {n} Städten.",
        remote="Die Arbeit ist remote.",
        place_or_remote="In {place} oder remote.",
        remote_in="Remote, {place}.",
        pays="Das Gehalt: {pay}.",
        pay="Das Gehalt: {pay}.",
        duty=("{duty}.", "{duty}."),
        plain_first="Deine Aufgaben: {duty}.",
        need="Du bringst mit: {need}.",
        need_more="Und: {need}.",
        cta=("Klingt gut? Dann bewirb dich jetzt.", "Passt das zu dir? Bewirb dich jetzt."),
        cta_long="Klingt gut? Dann bewirb dich jetzt. Alle Einzelheiten stehen in der Anzeige.",
    ),
    "es": Phrases(
        hook_duty=("¿Te gustaría {duty}?", "¿Quieres {duty}?"),
        hook_role=("¿Buscas trabajo como {title}?", "¿Tu próximo trabajo: {title}?"),
        hook="¿Buscas un nuevo trabajo?",
        role="{company} busca {title}.",
        role_open="{company} busca: {title}.",
        role_untitled="{company} está contratando.",
        role_anonymous="Se busca: {title}.",
        place="En {place}.",
        two_places="En {places[0]} o {places[1]}.",
        many_places="En {n} ciudades.",
        remote="El trabajo es en remoto.",
        place_or_remote="En {place} o en remoto.",
        remote_in="En remoto, {place}.",
        pays="El sueldo: {pay}.",
        pay="El sueldo: {pay}.",
        duty=("Vas a {duty}.", "Y vas a {duty}."),
        plain_first="Tus tareas: {duty}.",
        need="Se pide: {need}.",
        need_more="Y también: {need}.",
        cta=("¿Te interesa? Envía tu solicitud.", "¿Encaja contigo? Envía tu solicitud."),
        cta_long="¿Te interesa? Envía tu solicitud. Encontrarás todos los detalles en la oferta.",
    ),
    "fr": Phrases(
        hook_duty=("Envie de {duty}\u00a0?", "Et si vous alliez {duty}\u00a0?"),
        hook_role=("Envie d’un nouveau poste\u00a0: {title}\u00a0?", "Votre prochain poste\u00a0: {title}\u00a0?"),
        hook="Envie d’un nouveau poste\u00a0?",
        role="{company} recrute\u00a0: {title}.",
        role_open="{company} recrute\u00a0: {title}.",
        role_untitled="{company} recrute.",
        role_anonymous="On recrute\u00a0: {title}.",
        place="Lieu\u00a0: {place}.",
        two_places="Lieu\u00a0: {places[0]} ou {places[1]}.",
        many_places="Dans {n} villes.",
        remote="Le poste est en télétravail.",
        place_or_remote="À {place} ou en télétravail.",
        remote_in="En télétravail, {place}.",
        pays="Le salaire\u00a0: {pay}.",
        pay="Le salaire\u00a0: {pay}.",
        duty=("Vous allez {duty}.", "Et vous allez {duty}."),
        plain_first="Vos missions\u00a0: {duty}.",
        need="Il vous faut\u00a0: {need}.",
        need_more="Et aussi\u00a0: {need}.",
        cta=("Cela vous parle\u00a0? Postulez.", "Cela vous ressemble\u00a0? Postulez."),
        cta_long="Cela vous parle\u00a0? Postulez. Tous les détails sont dans l’annonce.",
    ),
}


def phrases_for(language: str) -> Phrases:
    """The phrases of a BCP 47 language; English where there are none."""
    return PHRASES.get(primary(language), PHRASES["en"])


def primary(language: str) -> str:
    """ "pt" of "pt-BR"."""
    return language.split("-", maxsplit=1)[0].lower()
