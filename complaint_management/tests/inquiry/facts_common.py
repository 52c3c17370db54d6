"""What the tests of evidence, cause and liability share."""

from contextlib import contextmanager

from odoo.addons.complaint_management.tests.common import ComplaintCommon


class FactsCommon(ComplaintCommon):
    @contextmanager
    def refused(self, error, pattern):
        """Check that something is refused, with its reason, and nothing of it stays."""
        with self.assertRaises(error) as caught:
            yield
        self.assertRegex(str(caught.exception), pattern)

    def cost(self, work):
        """Return how many queries work costs, up to its commit, on a server that runs for a while."""
        costs = []
        for _warm_up in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work()
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        return costs[-1]
