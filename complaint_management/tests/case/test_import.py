import csv
import io
from datetime import datetime

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.common import ComplaintCommon

OPTIONS = {
    "encoding": "utf-8",
    "separator": ",",
    "quoting": '"',
    "has_headers": True,
    "date_format": "%Y-%m-%d",
    "datetime_format": "%Y-%m-%d %H:%M",
}


@tagged("post_install", "-at_install")
class TestImport(ComplaintCommon):
    """Complaints come in by Odoo's own importer, which obeys rules and gates as the form does."""

    def import_rows(self, rows, user=None, model="complaint.complaint", dry_run=False, **options):
        """Import dicts as the web client does: a file with a title line, preview, import.

        :param rows: list of dict, value by column title
        :return: what the importer says, ``records`` with the imported ones added
        """
        columns = list(dict.fromkeys(column for row in rows for column in row))
        stream = io.StringIO()
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
        wizard = self.env["base_import.import"].with_user(user or self.manager).create({"res_model": model})
        wizard.write({"file": stream.getvalue().encode(), "file_name": "x.csv", "file_type": "text/csv"})
        preview = wizard.parse_preview({**OPTIONS, **options})
        self.assertNotIn("error", preview)
        fields = ["/".join(preview["matches"].get(index, ())) or False for index in range(len(columns))]
        self.assertEqual(fields, columns, "the titles are names of fields")
        result = wizard.with_context(tracking_disable=True).execute_import(
            fields, columns, {**OPTIONS, **options}, dryrun=dry_run
        )
        result["records"] = self.env[model].browse(result.get("ids") or [])
        return result

    def imported(self, *rows, **kwargs):
        """Import rows that have no fault; return the complaints."""
        result = self.import_rows(list(rows), **kwargs)
        self.assertEqual(result["messages"], [])
        self.assertEqual(len(result["records"]), len(rows))
        return result["records"]

    def refused(self, *rows, **kwargs):
        """Import rows of which some have a fault; return the messages by line, counted from one.

        Nothing of them may stay.
        """
        before = self.Complaint.with_context(active_test=False).search([])
        with mute_logger("odoo.sql_db"):
            result = self.import_rows(list(rows), **kwargs)
        self.assertFalse(result["records"])
        self.assertEqual(self.Complaint.with_context(active_test=False).search([]), before)
        lines = {}
        for message in result["messages"]:
            self.assertEqual(message["type"], "error")
            lines.setdefault(message["rows"]["from"] + 1, []).append(message["message"])
        return lines

    def row(self, **values):
        """A line that has all that receipt and triage ask for; fields replace or complete it."""
        return {
            "name": "The heating does not work",
            "description": "It has been cold for three days.",
            "received_at": "2026-02-03 09:15",
            "partner_name": "Li Si",
            "partner_email": "li.si@example.com",
            "channel_id": "Test letter",
            "category_id": "Attitude",
            "received_by_id": "Handler",
            # Of a question nobody has to find out the cause.
            "nature": "Inquiry",
            **values,
        }

    # what arrives

    def test_card_by_names(self):
        """IN-2: who fills in a sheet writes names as people do, and all of the card can be brought in."""
        other = self.env["res.partner"].create({"name": "Wang Wu"})
        self.env["hr.department"].create({"name": "Plumbers"})
        complaint = self.imported(
            self.row(
                reference="H-77",
                partner_phone="+86 555 0102",
                on_behalf_of_id="Wang Wu",
                occurred_at="2026-02-01 08:00",
                occurred_place="Building 7",
                wanted_outcome="Warm rooms",
                nature="Inquiry",
                severity="Urgent",
                department_id="Plumbers",
                team_id="Other team",
                confidential="1",
            )
        )
        self.assertRecordValues(
            complaint,
            [
                {
                    "reference": "H-77",
                    "name": "The heating does not work",
                    "description": "It has been cold for three days.",
                    "partner_name": "Li Si",
                    "partner_email": "li.si@example.com",
                    "partner_phone": "+86 555 0102",
                    "email_normalized": "li.si@example.com",
                    "on_behalf_of_id": other.id,
                    "occurred_place": "Building 7",
                    "wanted_outcome": "Warm rooms",
                    "nature": "inquiry",
                    "severity": "urgent",
                    "channel_id": self.channel.id,
                    "category_id": self.category.id,
                    "team_id": self.other_team.id,
                    "received_by_id": self.handler.id,
                    "user_id": False,
                    "confidential": True,
                    "step": "new",
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertTrue(complaint.number)

    def test_text_arrives_unchanged(self):
        """IN-2: quotes, line breaks, long and foreign texts stay what they were."""
        text = 'He said "no",\nthen: ‘maybe’;\n\n暖气不热 ' + "x" * 20000
        complaint = self.imported(self.row(description=text))
        self.assertEqual(complaint.description, text)

    def test_times_are_those_of_the_user(self):
        """IN-2: the sheet's times are read in the time zone of who imports it, and kept in UTC."""
        self.manager.tz = "Asia/Shanghai"
        complaint = self.imported(self.row(received_at="2026-02-03 09:15", occurred_at="2026-02-02"))
        self.assertEqual(str(complaint.received_at), "2026-02-03 01:15:00")
        self.assertEqual(str(complaint.occurred_at), "2026-02-01 16:00:00")

    def test_importer_is_neither_receiver_nor_responsible(self):
        """IN-5: who carries a file over has not received what is in it."""
        row = self.row()
        del row["received_by_id"]
        complaint = self.imported(row)
        self.assertFalse(complaint.received_by_id)
        self.assertFalse(complaint.user_id)
        complaint.with_user(self.colleague).action_assign_to_me()
        self.assertEqual(complaint.received_by_id, self.colleague)

    def test_routed_by_category(self):
        """TR-2, TR-3: what the file does not say comes from the category; what it says stays."""
        self.category.team_id = self.other_team
        plain, said = self.imported(
            self.row(), self.row(severity="normal", team_id="Centre"), user=self.manager
        )
        # A column is for all lines: left empty it means empty, as everywhere in Odoo's importer.
        self.assertFalse(plain.severity)
        self.assertEqual((said.severity, said.team_id), ("normal", self.centre))
        alone = self.imported(self.row())
        self.assertEqual((alone.severity, alone.team_id), ("important", self.other_team))

    def test_category_by_path_or_name(self):
        """TR-2: a category is named alone or with those above it, as a list shows and exports it."""
        above, other = self.env["complaint.category"].create([{"name": "Lifts"}, {"name": "Doors"}])
        lift_noise, door_noise = self.env["complaint.category"].create(
            [{"name": "Noise", "parent_id": above.id}, {"name": "Noise", "parent_id": other.id}]
        )
        complaints = self.imported(
            self.row(category_id="Doors / Noise"),
            self.row(category_id="Lifts / Noise"),
            self.row(category_id="Lifts"),
            self.row(category_id=lift_noise.display_name),
        )
        self.assertEqual(list(complaints.category_id), [door_noise, lift_noise, above])
        self.assertEqual(complaints[3].category_id, lift_noise)

    def test_new_vocabulary_on_the_way(self):
        """TR-2: categories, channels and tags that are not there yet are made where the user asks for it."""
        complaints = self.imported(
            self.row(category_id="Lift stands still", channel_id="Pigeon", tag_ids="north,south"),
            self.row(category_id="Lift stands still", channel_id="Pigeon", tag_ids="south"),
            name_create_enabled_fields={"category_id": True, "channel_id": True, "tag_ids": True},
        )
        self.assertEqual(complaints.category_id.mapped("name"), ["Lift stands still"])
        self.assertEqual(complaints.channel_id.mapped("name"), ["Pigeon"])
        self.assertEqual(complaints[0].tag_ids.mapped("name"), ["north", "south"])
        self.assertEqual(complaints[1].tag_ids.mapped("name"), ["south"])

    def test_tree_of_categories(self):
        """TR-2: a tree comes in as one file, each line below one before it."""
        categories = self.import_rows(
            [
                {"id": "tree_house", "name": "House", "parent_id/id": "", "severity": ""},
                {"id": "tree_roof", "name": "Roof", "parent_id/id": "tree_house", "severity": "urgent"},
                {"id": "tree_gutter", "name": "Gutter", "parent_id/id": "tree_roof", "severity": ""},
            ],
            model="complaint.category",
        )["records"]
        self.assertEqual(categories[2].complete_name, "House / Roof / Gutter")
        complaint = self.imported(
            {
                **{key: value for key, value in self.row().items() if key != "category_id"},
                "category_id/id": "tree_gutter",
            }
        )
        self.assertEqual(complaint.category_id, categories[2])
        self.assertEqual(complaint.severity, "urgent")

    def test_extra_fields(self):
        """TR-2: the fields that a category adds to its complaints are columns like all others."""
        self.category.properties_definition = [
            {"name": "floor", "string": "Floor", "type": "integer"},
            {
                "name": "lift",
                "string": "Lift",
                "type": "selection",
                "selection": [["n", "North"], ["s", "South"]],
            },
        ]
        complaint = self.imported(self.row(**{"properties.floor": "7", "properties.lift": "South"}))
        self.assertEqual(dict(complaint.properties), {"floor": 7, "lift": "South"})
        messages = self.refused(self.row(**{"properties.lift": "East"}))
        self.assertIn("'East' does not seem to be a valid Selection value for 'Lift'", messages[1][0])

    def test_numbers_are_given_not_imported(self):
        """IN-3: the importer offers no column for the number, and one forced on it is not taken."""
        fields = self.env["base_import.import"].get_fields_tree("complaint.complaint")
        self.assertNotIn("number", [field["name"] for field in fields])
        result = (
            self.Complaint.with_user(self.manager)
            .with_context(import_file=True)
            .load(["name", "received_at", "number"], [["Forged", "2020-05-01 10:00:00", "CP-2020-09999"]])
        )
        number = self.Complaint.browse(result["ids"]).number
        self.assertTrue(number)
        self.assertNotEqual(number, "CP-2020-09999")

    def test_employee_concerned_is_excluded_from_the_start(self):
        """OR-2: the employee complained about does not see an imported complaint for a moment."""
        self.new_employee(self.colleague)
        complaint = self.imported(self.row(employee_ids="Colleague"))
        self.assertEqual(complaint.excluded_user_ids, self.colleague)
        self.assertFalse(complaint.with_user(self.colleague).has_access("read"))
        messages = self.refused(self.row(), self.row(employee_ids="Colleague", user_id="Colleague"))
        self.assertIn("cannot be responsible for it", messages[2][0])

    def test_nobody_is_mailed(self):
        """A thousand old complaints with their handlers are no thousand notifications."""
        with self.mock_mail_gateway(), self.mock_mail_app():
            self.imported(*(self.row(user_id="Colleague") for _number in range(5)))
        self.assertFalse(self._new_mails)
        self.assertFalse(self._new_notifs)

    # again

    def test_again_updates(self):
        """The same line again changes the complaint of the first time; its number and history stay."""
        first = self.imported(self.row(id="old_1"), self.row(id="old_2", name="Second"))
        numbers = first.mapped("number")
        first[0].with_user(self.handler).move_to("triage")
        again = self.imported(
            self.row(id="old_1", description="Four days by now."), self.row(id="old_3", name="Third")
        )
        self.assertEqual(again[0], first[0])
        self.assertEqual(again[0].number, numbers[0])
        self.assertEqual(again[0].description, "Four days by now.")
        self.assertEqual(again[0].step, "triage")
        self.assertNotIn(again[1], first)
        self.assertEqual(first[1].name, "Second")

    def test_export_comes_back(self):
        """A list that was exported, changed in a spreadsheet and imported changes just that."""
        complaint = self.new_complaint(tag_ids=[Command.create({"name": "loud"})], severity="urgent")
        columns = ["id", "name", "description", "category_id/id", "channel_id/id", "severity", "tag_ids/id"]
        [row] = complaint.sudo().with_context(import_compat=True).export_data(columns)["datas"]
        before = complaint.read(
            ["number", "step", "team_id", "user_id", "tag_ids", "severity", "category_id"]
        )
        changed = self.imported({**dict(zip(columns, row, strict=True)), "name": "The lift as well"})
        self.assertEqual(changed, complaint)
        self.assertEqual(complaint.name, "The lift as well")
        self.assertEqual(
            complaint.read(["number", "step", "team_id", "user_id", "tag_ids", "severity", "category_id"]),
            before,
        )

    # what is refused

    def test_faults_by_line(self):
        """Each line with a fault is named with what is wrong, all in one go, and nothing stays."""
        messages = self.refused(
            self.row(),
            self.row(severity="catastrophic"),
            self.row(name=""),
            self.row(received_at="2999-01-01 00:00"),
            self.row(category_id="Nobody knows it"),
            self.row(occurred_at="2026-03-01 00:00"),
            self.row(),
        )
        self.assertEqual(sorted(messages), [2, 3, 4, 5, 6])
        self.assertIn("Value 'catastrophic' not found in selection field", messages[2][0])
        self.assertRegex(messages[3][0], r"Missing required value for the field .* \(name\)")
        self.assertIn("cannot be received in the future", messages[4][0])
        self.assertIn("'Nobody knows it'", messages[5][0])
        self.assertIn("cannot have happened after it was complained about", messages[6][0])

    def test_unreadable_date(self):
        """A date that is none ends the reading of the file, with its line."""
        count = self.Complaint.search_count([])
        result = self.import_rows([self.row(), self.row(received_at="yesterday")])
        self.assertFalse(result["records"])
        self.assertRegex(result["messages"][0]["message"], "Error in line 2: time data 'yesterday'")
        self.assertEqual(self.Complaint.search_count([]), count)

    def test_trial_leaves_nothing(self):
        """The button Test imports nothing, whether or not all is well."""
        count = self.Complaint.search_count([])
        result = self.import_rows([self.row(id="trial_1")], dry_run=True)
        self.assertEqual(result["messages"], [])
        self.assertEqual(self.Complaint.search_count([]), count)
        self.assertFalse(self.env.ref("__import__.trial_1", raise_if_not_found=False))

    def test_gate_at_import(self):
        """DESIGN 3: a line in a later stage lacks what the way there asks for: all of it is told."""
        bare = {"name": "Bare", "received_at": "2026-02-03 09:15"}
        messages = self.refused(
            {**self.row(), "stage_id": "Triage"},
            {**bare, "stage_id": "Investigation"},
            {**bare, "stage_id": "Rejected"},
            {
                **self.row(channel_id="Test counter", user_id="Handler", team_id="Centre"),
                "stage_id": "Closed",
            },
        )
        told = {line: texts[-1].splitlines()[1:] for line, texts in messages.items()}
        # Odoo's importer tells what a whole batch raised for its first line as well, which has no fault.
        self.assertNotIn("Triage", str(messages.get(1)))
        self.assertEqual(
            told[2],
            [
                "- Say who complains: choose a customer or enter a name.",
                "- Enter a phone number or an e-mail address of the complainant.",
                "- Choose the channel it came in by.",
                "- Write down what happened.",
                "- Enter who received the complaint.",
                "- Choose the nature: complaint, inquiry, praise …",
                "- Choose the category.",
                "- Choose the team that handles it.",
                "- Name the person responsible.",
            ],
        )
        self.assertEqual(told[3], ["- Give the reason for rejecting it."])
        self.assertEqual(
            told[4],
            [
                "- Read the record back to the complainant and press Read Back.",
                "- Write down the result that was told to the complainant.",
            ],
        )

    def test_later_stage_with_all_that_is_needed(self):
        """DESIGN 3: what has all that the way asks for comes in where it stands, ends included."""
        complete = self.row(user_id="Handler", outcome="Repaired")
        complaints = self.imported(
            {**complete, "stage_id": "Triage"},
            {**complete, "stage_id": "Execution"},
            {**complete, "stage_id": "Closed"},
            {**complete, "stage_id": "Rejected", "end_reason": "Not our house"},
        )
        self.assertEqual(complaints.mapped("step"), ["triage", "execution", "closed", "rejected"])
        self.assertEqual(
            complaints.mapped(lambda complaint: bool(complaint.closed_at)), [False, False, True, True]
        )
        self.assertEqual(complaints.mapped("reopen_count"), [0, 0, 0, 0])

    def test_history_of_another_system(self):
        """IN-4, DESIGN 3: what was closed and read back elsewhere brings its moments and people along."""
        history = self.row(
            user_id="Handler",
            outcome="Repaired",
            stage_id="Closed",
            closed_at="2026-02-09 16:30",
            channel_id="Test counter",
            read_back_at="2026-02-03 09:20",
            read_back_by_id="First_Contact",
        )
        complaint = self.imported(history)
        self.assertRecordValues(
            complaint,
            [
                {
                    "step": "closed",
                    "closed_at": datetime(2026, 2, 9, 16, 30),
                    "read_back_at": datetime(2026, 2, 3, 9, 20),
                    "read_back_by_id": self.first_contact.id,
                }
            ],
        )
        for moment in ("2026-02-01 09:00", "2999-01-01 09:00"):
            with self.subTest(moment):
                told = self.refused({**history, "closed_at": moment})
                self.assertIn("cannot have been closed before it was received, or in the future", told[1][0])
        # Of one that is still open, it says nothing.
        self.assertFalse(self.imported({**history, "stage_id": "Triage"}).closed_at)

    def test_gate_at_second_import(self):
        """DESIGN 3: neither does a second import carry a complaint past what is missing."""
        complaint = self.imported(self.row(id="old_1"))
        messages = self.refused(self.row(id="old_1", stage_id="Solution"))
        self.assertIn("- Name the person responsible.", messages[1][0])
        self.assertEqual(complaint.step, "new")
        self.imported(self.row(id="old_1", stage_id="Solution", user_id="Handler"))
        self.assertEqual(complaint.step, "solution")

    # who may

    def test_roles(self):
        """OR-1: whoever may enter complaints may import them; who only reads may not."""
        for user in (self.first_contact, self.handler, self.manager):
            with self.subTest(user=user.login):
                complaint = self.imported(self.row(received_by_id=user.name), user=user)
                self.assertEqual(complaint.create_uid, user)
        for user in (self.auditor, self.quality, self.plain_user):
            with self.subTest(user=user.login):
                messages = self.refused({"name": "Unasked", "received_at": "2026-02-03 09:15"}, user=user)
                self.assertIn("not allowed to create 'Complaint'", messages[1][0])

    def test_other_company(self):
        """OR-3: a file cannot put complaints into a company that its importer does not work in."""
        messages = self.refused(self.row(), self.row(company_id=self.company_2.name))
        self.assertIn(2, messages)
        own = self.row(channel_id="Test letter", category_id="Attitude")
        del own["received_by_id"]
        complaint = self.imported(own, user=self.foreign_manager)
        self.assertEqual(complaint.company_id, self.company_2)
        self.assertEqual(complaint.team_id, self.foreign_team)

    # what it costs

    def test_cost_of_a_line(self):
        """Speed: more lines cost no more queries than Odoo's importer itself spends on them."""

        def rows(count, name):
            return [
                {
                    "id": f"{name}_{number}",
                    "name": f"Complaint {number}",
                    "description": "It has been cold for three days.",
                    "received_at": "2026-02-03 09:15",
                    "partner_name": "Li Si",
                    "partner_phone": f"+86 555 {number:04}",
                    "channel_id/id": "complaint_management.complaint_channel_web",
                    "category_id/id": "complaint_management.complaint_category_other",
                    "received_by_id/id": "base.user_admin",
                    "user_id/id": "base.user_admin",
                    "founded": "Founded",
                    "stage_id/id": "complaint_management.complaint_stage_investigation",
                }
                for number in range(count)
            ]

        def queries(count, name):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.imported(*rows(count, name))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries(2, "warm")
        few, many = queries(20, "few"), queries(220, "many")
        self.assertLessEqual(many - few, 20, f"{few} queries for 20 lines, {many} for 220")

    def test_again_keeps_what_people_decided(self):
        """TR-3: a value that a second import brings unchanged does not route the complaint anew."""
        self.category.team_id = self.other_team
        row = {key: value for key, value in self.row(id="old_1").items()}
        complaint = self.imported(row)
        self.assertEqual((complaint.severity, complaint.team_id), ("important", self.other_team))
        complaint.with_user(self.manager).write({"severity": "urgent", "department_id": False})
        complaint.with_user(self.manager).write({"team_id": self.centre.id})
        self.imported({**row, "description": "Four days by now."})
        self.assertEqual(complaint.description, "Four days by now.")
        self.assertEqual((complaint.severity, complaint.team_id), ("urgent", self.centre))
        # Another category does.
        other = self.env["complaint.category"].create({"name": "Lifts", "team_id": self.other_team.id})
        self.imported({**row, "category_id": "Lifts"})
        self.assertEqual((complaint.category_id, complaint.team_id), (other, self.other_team))
