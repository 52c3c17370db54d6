from odoo.tests import HttpCase, tagged

from ..common import ComplaintCommon

SPECIFICATION = {"number": {}, "team_id": {"fields": {"display_name": {}}}}


class PassingOnCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Came in by mail at the centre's own branch: nobody received it, nobody answers for it yet.
        cls.complaint = cls.new_complaint(cls.manager, user_id=False, received_by_id=False)
        cls.complaint.sudo().origin_team_id = False
        cls.complaint.invalidate_recordset()

    def save(self, complaints, vals, specification=None, **kwargs):
        return complaints.with_user(self.handler).web_save(vals, specification or SPECIFICATION, **kwargs)


@tagged("post_install", "-at_install")
class TestPassingOn(PassingOnCommon):
    """TR-3: a complaint is passed on to people whose complaints one does not see, and stays saved."""

    def test_out_of_sight(self):
        self.assertTrue(self.complaint.with_user(self.handler).has_access("write"))
        self.assertEqual(self.save(self.complaint, {"team_id": self.other_team.id}), [])
        self.assertEqual(self.complaint.team_id, self.other_team)
        self.assertFalse(self.complaint.with_user(self.handler).has_access("read"))

    def test_still_in_sight(self):
        [values] = self.save(self.complaint, {"occurred_place": "Cellar"})
        self.assertEqual(values["number"], self.complaint.number)
        self.assertEqual(values["team_id"]["id"], self.centre.id)

    def test_several_lines(self):
        """What one still sees is answered, the rest is left out."""
        own = self.new_complaint(self.handler)
        lines = self.save(own | self.complaint, {"team_id": self.other_team.id})
        self.assertEqual([line["id"] for line in lines], own.ids)
        self.assertEqual((own | self.complaint).team_id, self.other_team)

    def test_several_lines_each_its_own(self):
        own = self.new_complaint(self.handler)
        lines = (
            (own | self.complaint)
            .with_user(self.handler)
            .web_save_multi([{"occurred_place": "Roof"}, {"team_id": self.other_team.id}], SPECIFICATION)
        )
        self.assertEqual([line["id"] for line in lines], own.ids)
        self.assertEqual((own.occurred_place, self.complaint.team_id), ("Roof", self.other_team))

    def test_on_the_way_to_the_next(self):
        """The pager saves and asks for the next record."""
        own = self.new_complaint(self.handler)
        [values] = self.save(self.complaint, {"team_id": self.other_team.id}, next_id=own.id)
        self.assertEqual(values["id"], own.id)

    def test_while_leaving(self):
        """Saved on leaving the form, where only the id is asked for."""
        self.assertEqual(
            self.complaint.with_user(self.handler).web_save({"team_id": self.other_team.id}, {}),
            [{"id": self.complaint.id}],
        )

    def test_new_one(self):
        [values] = self.save(self.Complaint, {"name": "New", "team_id": self.other_team.id})
        self.assertEqual(values["team_id"]["id"], self.other_team.id)


@tagged("post_install", "-at_install")
class TestPassingOnTours(PassingOnCommon, HttpCase):
    def test_form_and_list(self):
        """In the browser: a notice instead of an error, from the form and from the list."""
        complaints = self.complaint
        for name in ("Second", "Third"):
            complaints |= self.complaint.copy({"name": name, "user_id": False, "received_by_id": False})
        complaints.sudo().write({"origin_team_id": False, "user_id": False, "received_by_id": False})
        self.start_tour("/odoo/complaints?view_type=list", "complaint_passing_on", login="handler")
        self.assertEqual(complaints.team_id, self.other_team)
