from datetime import datetime

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.complaint_management.tests.print_common import PrintCommon
from odoo.addons.complaint_management.tests.service.reception_common import (
    SIGNATURE,
    ReceptionCommon,
    picture,
)

RECEPTION = "complaint_management.report_reception_sheet"
WORK = "complaint_management.report_work_order"
HANDOVER = "complaint_management.report_handover_sheet"
REFUSALS = "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"


class ServicePrintsCommon(PrintCommon, ReceptionCommon):
    @classmethod
    def new_full(cls, **vals):
        """Create an order of which all is known that the prints show."""
        order = cls.receive(
            cls.new_order(
                **{
                    "name": "刹车异响 The brakes squeal",
                    "description": "They squeal <every> morning.\nSince March.",
                    "line_ids": [
                        Command.create({"kind": "labour", "product_id": cls.labour.id, "quantity": 2}),
                        Command.create({"kind": "part", "product_id": cls.part.id, "quantity": 4}),
                    ],
                    "check_ids": [
                        Command.create({"name": "Wheel nuts tightened", "passed": "yes"}),
                        Command.create({"name": "Test drive", "passed": "no", "remark": "Pulls to the left"}),
                    ],
                    **vals,
                }
            ),
            condition="A scratch & a dent",
            belongings="Umbrella",
        )
        order.write(
            {
                "diagnosis": "Pads worn",
                "fault_id": cls.brakes.id,
                "recommendation": "New discs before winter",
                "reception_photo_ids": [Command.set(cls.new_photo().ids)],
            }
        )
        cls.env["complaint.service.loaner"].create({"order_id": order.id, "name": "Small van"})
        return order

    @classmethod
    def hand_over(cls, order, **vals):
        cls.bring_to(order, "handover")
        order._hand_over("Zhang San", SIGNATURE, **{"note": "Smells of rubber", "usage": 12010, **vals})
        return order


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestServicePrints(ServicePrintsCommon):
    """SV-2, SV-6: the sheets that customers sign, and that technicians take along."""

    def test_reception_sheet(self):
        """SV-2: what was handed in stands on the sheet, and nothing of what is ours alone."""
        order = self.new_full()
        text = self.text(RECEPTION, order, self.advisor)
        for part in (
            "Pujiang Cars 浦江汽车",
            order.number,
            "刹车异响 The brakes squeal",
            "They squeal <every> morning. Since March.",
            "Zhang San",
            "Family car",
            "SN-4711",
            "12,000 km",
            "A scratch & a dent",
            "Umbrella",
            "Small van",
            "Mechanic's hour",
        ):
            self.assertIn(part, text)
        for part in ("Pads worn", "New discs", "False"):
            self.assertNotIn(part, text)
        page = self.render(RECEPTION, order, self.advisor)
        self.assertEqual(len(page.xpath("//table[@name='photos']//img")), 1)
        self.assertFalse(page.xpath("//table[@name='signatures']//img"))
        order._sign_reception("Li Si", SIGNATURE)
        page = self.render(RECEPTION, order, self.advisor)
        self.assertEqual(len(page.xpath("//table[@name='signatures']//img")), 1)
        self.assertIn("Li Si", page.xpath("//table[@name='signatures']")[0].text_content())

    def test_signed_reception_sheet(self):
        """SV-2: what comes after the signature does not get onto the sheet that was signed."""
        order = self.new_full()
        order._sign_reception("Li Si", SIGNATURE)
        # The moment of the database is another one than that of the test.
        order.sudo().reception_signed_at = order.line_ids[0].create_date
        line = order.line_ids.create(
            {"order_id": order.id, "kind": "part", "product_id": self.part.id, "name": "Hose"}
        )
        loaner = self.env["complaint.service.loaner"].create({"order_id": order.id, "name": "Bicycle"})
        self.env.flush_all()
        for late in (line, loaner):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = create_date + INTERVAL '1 year' WHERE id = %s",
                    SQL.identifier(late._table),
                    late.id,
                )
            )
        self.env.invalidate_all()
        text = self.text(RECEPTION, order, self.advisor)
        self.assertIn("Brake pad", text)
        self.assertIn("Small van", text)
        self.assertNotIn("Hose", text)
        self.assertNotIn("Bicycle", text)

    def test_headings_stay_with_what_follows(self):
        """A heading does not stand alone at the end of a page, and one photo has no empty boxes beside it."""
        order = self.hand_over(self.new_full())
        tables = {RECEPTION: ("lines", "photos"), WORK: ("lines", "checks"), HANDOVER: ("lines", "checks")}
        for report, names in tables.items():
            page = self.render(report, order, self.advisor)
            for name in names:
                with self.subTest(report=report, table=name):
                    kept = page.xpath(f"//table[@name='{name}']/tbody[@class='o_keep'][1]")[0]
                    self.assertTrue(kept.xpath("./tr/th[@class='o_section']"))
                    self.assertEqual(len(kept.xpath("./tr[td]")), 1)
        page = self.render(RECEPTION, order, self.advisor)
        self.assertEqual(len(page.xpath("//table[@name='photos']//td")), 1)

    def test_empty_reception_sheet(self):
        """SV-2: before the reception it is a form to fill in by hand."""
        order = self.new_order(scheduled_start=False, description=False)
        text = self.text(RECEPTION, order, self.advisor)
        self.assertIn("Reception Sheet", text)
        self.assertNotIn("False", text)

    def test_photos(self):
        """SV-2: photos are made small; those that cannot be are named."""
        large = self.new_photo(name="large.jpg", content=picture("JPEG", (3000, 2000)))
        others = [
            self.new_photo(name="car.heic", content=b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40),
            *(self.new_photo(name=f"{number}.png") for number in range(6)),
        ]
        order = self.new_order(reception_photo_ids=[Command.set([large.id, *(file.id for file in others)])])
        page = self.render(RECEPTION, order, self.advisor)
        sources = page.xpath("//table[@name='photos']//img/@src")
        self.assertEqual(len(sources), 6)
        self.assertLess(max(map(len, sources)), 20000)
        text = page.xpath("//table[@name='photos']")[0].text_content()
        self.assertIn("car.heic, 5.png", text)
        self.assertNotIn("large.jpg", text)

    def test_work_order(self):
        """SV-5: what technicians need stands on it, what the customer pays does not."""
        order = self.new_full(priority="1")
        text = self.text(WORK, order, self.technician_user)
        for part in (
            "Urgent",
            "They squeal <every> morning.",
            "Brakes squeal",
            "Safety",
            "Pads worn",
            "New discs before winter",
            "Mechanic's hour",
            "Brake pad",
            "Wheel nuts tightened",
            "Pulls to the left",
            self.technician.name,
        ):
            self.assertIn(part, text)
        for part in ("False", "$"):
            self.assertNotIn(part, text)

    def test_handover_sheet(self):
        """SV-6: what was found, done, checked, charged and signed stands on the sheet."""
        order = self.new_full()
        order.line_ids[1].covered = "goodwill"
        self.hand_over(order)
        text = self.text(HANDOVER, order, self.advisor)
        for part in (
            "Pads worn",
            "New discs before winter",
            "12,000 km → 12,010 km",
            "Wheel nuts tightened Passed",
            "Test drive Not passed Pulls to the left",
            "Umbrella",
            "Smells of rubber",
            "I have taken over",
            "Goodwill",
        ):
            self.assertIn(part, text)
        self.assertNotIn("False", text)
        page = self.render(HANDOVER, order, self.advisor)
        self.assertEqual(len(page.xpath("//table[@name='signatures']//img")), 1)

    def test_amounts(self):
        """SV-4: charged and given amounts are those of the order."""
        order = self.hand_over(self.new_full())
        if "amount_charged" not in order._fields:
            self.skipTest("orders have no amounts")
        order.line_ids[1].sudo().covered = "goodwill"
        rows = [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td")]
            for row in self.render(HANDOVER, order, self.advisor).xpath("//table[@name='lines']//tr")
        ]
        symbol = order.currency_id.symbol
        by_label = {row[0]: row[-1].replace(symbol, "").strip() for row in rows}
        self.assertEqual(by_label["You Pay"], "160.00")
        self.assertEqual(by_label["Given as goodwill, without taxes"], "200.00")
        self.assertNotIn("Borne by the warranty, without taxes", by_label)
        self.assertEqual(by_label["Brake pad"], "", "nothing to pay for it")

    def test_without_a_signature(self):
        """SV-6: why nobody signed stands on the sheet."""
        order = self.bring_to(self.new_full(), "handover")
        order._hand_over("", False, unsigned_reason="The key lay in the letter box.")
        text = self.text(HANDOVER, order, self.advisor)
        self.assertIn("The key lay in the letter box.", text)
        self.assertNotIn("I have taken over", text)

    def test_too_early(self):
        """Bad input: before the work is done there is no hand-over sheet; all that are too early are said."""
        early, other, ready = self.new_order(), self.new_order(), self.bring_to(self.new_order(), "handover")
        with self.assertRaises(UserError) as caught:
            self.render(HANDOVER, early | ready | other, self.advisor)
        for order, named in ((early, True), (other, True), (ready, False)):
            self.assertEqual(order.number in str(caught.exception), named)

    def test_language(self):
        """SV-2, SV-6: customers' sheets are in their language, the work order in that of who prints."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for name, source, target in (
            ("reception_sheet", "Reception Sheet", "接收单测试"),
            ("handover_sheet", "Hand-over Sheet", "交付单测试"),
            ("work_order", "Work Order", "施工单测试"),
        ):
            view = self.env.ref(f"complaint_management.{name}")
            view.update_field_translations("arch_db", {"zh_CN": {source: target}})
        chinese = self.env["res.partner"].create({"name": "张丽华", "lang": "zh_CN", "phone": "1"})
        orders = self.new_order(partner_id=chinese.id, asset_id=False) | self.new_order()
        for order in orders:
            self.bring_to(order, "handover")
        reader = new_test_user(
            self.env, "reader", groups="complaint_management.group_service_manager", lang="zh_CN"
        )
        for report, user, words in (
            (RECEPTION, self.advisor, ("接收单测试", "Reception Sheet")),
            (HANDOVER, self.advisor, ("交付单测试", "Hand-over Sheet")),
            (WORK, self.workshop_manager, ("Work Order", "Work Order")),
            (WORK, reader, ("施工单测试", "施工单测试")),
        ):
            with self.subTest(report=report, user=user.login):
                pages = self.render(report, orders, user).xpath("//div[hasclass('o_complaint_print')]")
                by_number = {
                    page.xpath(".//td[hasclass('o_number')]//strong")[0].text_content(): page
                    for page in pages
                }
                for order, word in zip(orders, words, strict=True):
                    self.assertIn(word, by_number[order.number].text_content())

    @mute_logger(*REFUSALS)
    def test_who_prints(self):
        """OR-1, OR-2, OR-3: who reads the order prints it, nobody else."""
        order = self.bring_to(self.new_order(), "handover")
        for report in (RECEPTION, WORK, HANDOVER):
            for user in (self.advisor, self.workshop_manager, self.auditor, self.technician_user):
                self.assertIn(order.number, self.text(report, order, user))
            for user in (
                self.other_advisor,
                self.other_technician_user,
                self.foreign_manager,
                self.plain_user,
            ):
                with self.subTest(user=user.login, report=report), self.assertRaises(AccessError):
                    self.render(report, order, user)
        secret = self.bring_to(self.excluded_from(self.workshop_manager), "handover")
        for report in (RECEPTION, WORK, HANDOVER):
            with self.assertRaises(AccessError):
                self.render(report, secret, self.workshop_manager)

    def test_print_menu(self):
        """OR-1: technicians are offered the work order, advisors all three."""
        for user, expected in (
            (self.technician_user, {WORK}),
            (self.advisor, {RECEPTION, WORK, HANDOVER}),
            (self.auditor, {RECEPTION, HANDOVER}),
        ):
            offered = self.env["ir.actions.actions"].with_user(user).get_bindings("complaint.service.order")
            names = (
                self.Report.sudo().browse(action["id"] for action in offered["report"]).mapped("report_name")
            )
            self.assertEqual({RECEPTION, WORK, HANDOVER} & set(names), expected, user.login)

    def test_queries(self):
        """SV-2: twelve prints cost the queries of one."""
        orders = self.Order.union(*(self.new_full() for _number in range(12)))
        for order in orders:
            self.bring_to(order, "handover")
        for report in (RECEPTION, WORK, HANDOVER):
            counts = []
            for some in (orders[:1], orders[:1], orders):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.Report.with_user(self.advisor)._render_qweb_html(report, some.ids)
                counts.append(self.env.cr.sql_log_count - before)
            with self.subTest(report=report):
                self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestServiceFiles(ServicePrintsCommon, HttpCase):
    """The files themselves, by the program that makes them."""

    @mute_logger("odoo.http", *REFUSALS)
    def test_address(self):
        """OR-2: the address of a print gives nobody what they may not read."""
        order = self.bring_to(self.new_order(), "handover")
        for user, readable in ((self.advisor, True), (self.other_advisor, False), (self.plain_user, False)):
            for report in (RECEPTION, WORK, HANDOVER):
                with self.subTest(user=user.login, report=report):
                    self.authenticate(user.login, user.login)
                    response = self.url_open(f"/report/html/{report}/{order.id}")
                    self.assertEqual(response.status_code == 200, readable)
                    self.assertEqual(order.number.encode() in response.content, readable)

    def test_moment(self):
        """SV-2: a form that is printed ahead has no moment of reception on it."""
        order = self.new_order(scheduled_start=datetime(2030, 1, 7, 9, 0))
        self.assertIn("________", self.text(RECEPTION, order, self.advisor))
