"""The contract suites are assertions too, so pytest explains them when they fail."""

import pytest

pytest.register_assert_rewrite(
    "contracts.store_contract", "contracts.uploads_contract", "contracts.signs_contract"
)
