import pytest

from sklearn_meta.advisors import RandomAdvisor
from tests.contracts.advisor_contract import AdvisorContract, make_space, make_task, run


class TestRandomAdvisor(AdvisorContract):
    @pytest.fixture
    def advisor(self):
        return RandomAdvisor()

    def test_families_come_equally_often(self, advisor):
        session = advisor.fit().start(make_task(), make_space("binary"), random_state=0)
        families = [p.configuration["family"] for p in run(session, 200)]
        assert min(families.count(name) for name in set(families)) > 25
