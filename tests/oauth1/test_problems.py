"""What is read out of a provider's refusals."""

import pytest

from tintype.oauth1.problems import Problem, problem_in

SBS = "GET&https%3A%2F%2Fapi.flickr.com%2F&a%3D1%26oauth_token%3D"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"oauth_problem=signature_invalid&debug_sbs={SBS}", Problem("signature_invalid", SBS)),
        ("oauth_problem=nonce_used", Problem("nonce_used")),
        ("oauth_problem=<b>Token_Rejected</b>", Problem("btoken_rejectedb")),
        ('{"errors":[{"code":89,"message":"Invalid or\\u001b[31m expired token."}]}',
         Problem("Invalid or[31m expired token")),
        ('{"errors":[]}', Problem("")),
        ('{"errors":[7]}', Problem("")),
        ("[" * 100_000, Problem("")),
        ("<html>", Problem("")),
        ("", Problem("")),
    ],
)  # fmt: skip
def test_a_problem_is_its_word_and_the_servers_base_string(text: str, problem: Problem) -> None:
    assert problem_in(text) == problem
