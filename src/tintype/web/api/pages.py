"""What anybody may read: `/docs`, `/openapi.json`, and what the types of problems mean."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tintype.web.answers import Answer
from tintype.web.api.openapi import as_text, document
from tintype.web.api.problems import known
from tintype.web.api.reference import reference
from tintype.web.errors import NO_SUCH_PAGE, PROBLEMS, Refusal
from tintype.web.html import html_page

router = APIRouter(include_in_schema=False)


def response(answer: Answer) -> Response:
    """An answer of the service's own kind as one of the framework's."""
    made = Response(answer.body, answer.status)
    made.raw_headers += answer.headers
    return made


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The reference."""
    return response(html_page("The REST API of Tintype", reference(document(request.app), known())))


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    headers = {"cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return Response(as_text(request.app), headers=headers, media_type="application/json")


@router.get(PROBLEMS + "{code}")
async def problem(code: str) -> Response:
    """What the type of a problem means: a line of the reference."""
    if code not in known():
        raise Refusal(NO_SUCH_PAGE)
    return Response(status_code=303, headers={"location": f"/docs#problem-{code}"})
