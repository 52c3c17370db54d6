"""What the tests of prints share, whatever is printed."""

import io

from lxml import html

from odoo.tools.pdf import PdfFileReader


class PrintCommon:
    """Prints records as somebody; goes before the class with the data of the area."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["ir.actions.report"]
        cls.company.write({"name": "Pujiang Cars 浦江汽车", "street": "Zhangyang Road 1588"})

    def render(self, report, records, user):
        """Print records as a user whom the server does not know yet, and return the page."""
        self.env.flush_all()
        self.env.invalidate_all()
        content, _kind = self.Report.with_user(user)._render_qweb_html(report, records.ids)
        return html.fromstring(content)

    def text(self, report, records, user):
        main = self.render(report, records, user).xpath("//main")[0]
        for style in main.xpath(".//style"):
            style.drop_tree()
        return " ".join(" ".join(main.itertext()).split())

    def pdf(self, report, records, user):
        """Print records as a file and return the text of its pages; needs the web server of ``HttpCase``."""
        if self.Report.get_wkhtmltopdf_state() != "ok":
            self.skipTest("wkhtmltopdf is missing")
        self.env["ir.config_parameter"].set_param("report.print_delay", "0")
        self.env.flush_all()
        self.env.invalidate_all()
        printing = self.Report.with_user(user).with_context(force_report_rendering=True)
        content, kind = printing._render_qweb_pdf(report, records.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfFileReader(io.BytesIO(content)).pages
        return [" ".join(page.extract_text().split()) for page in pages]
