import { describe, expect, test } from "@odoo/hoot";
import { mockDate } from "@odoo/hoot-mock";
import {
    allowTranslations,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { distance, urgency } from "@complaint_management/deadline/limit";

const { DateTime } = luxon;

class Case extends models.Model {
    next_due = fields.Datetime();
    deadline_state = fields.Char();
    state = fields.Char();
}
defineMailModels();
defineModels([Case]);
describe.current.tags("desktop");

const NOW = "2026-03-02 10:00:00";
const at = (text) => DateTime.fromSQL(text);

/** The cells of a list with one case per limit, in the order given. */
async function mountLimits(...limits) {
    mockDate(NOW, 0);
    onRpc("has_group", () => true);
    Case._records = limits.map((limit, index) => ({ id: index + 1, ...limit }));
    await mountView({
        type: "list",
        resModel: "case",
        arch: `
            <list>
                <field name="next_due" widget="complaint_countdown" />
                <field name="deadline_state" column_invisible="1" />
                <field name="state" column_invisible="1" />
            </list>`,
    });
}

test("urgency turns at a day before the limit and at the limit", () => {
    const now = at("2026-03-02 10:00:00");
    expect(urgency(false, now)).toBe("");
    expect(urgency(at("2026-03-02 09:59:59"), now)).toBe("late");
    expect(urgency(at("2026-03-02 10:00:00"), now)).toBe("soon");
    expect(urgency(at("2026-03-03 09:59:59"), now)).toBe("soon");
    expect(urgency(at("2026-03-03 10:00:00"), now)).toBe("open");
});

test("the distance is told in one unit and never rounded up", () => {
    allowTranslations();
    const now = at("2026-03-02 10:00:00");
    expect(`${distance(at("2026-03-02 10:45:59"), now)}`).toBe("45 minutes left");
    expect(`${distance(at("2026-03-02 11:31:00"), now)}`).toBe("1 hour left");
    expect(`${distance(at("2026-03-03 21:30:00"), now)}`).toBe("35 hours left");
    expect(`${distance(at("2026-03-03 22:00:00"), now)}`).toBe("1 day left");
    expect(`${distance(at("2026-03-11 09:00:00"), now)}`).toBe("8 days left");
    expect(`${distance(at("2026-03-02 09:30:00"), now)}`).toBe("30 minutes late");
    expect(`${distance(at("2026-02-27 10:00:00"), now)}`).toBe("3 days late");
});

test("late is red, soon is a warning, open is plain, with the moment to hover over", async () => {
    await mountLimits(
        { next_due: "2026-02-27 09:00:00" },
        { next_due: "2026-03-02 14:30:00" },
        { next_due: "2026-03-12 09:00:00" },
        { next_due: false }
    );
    expect(".o_complaint_countdown").toHaveCount(3);
    expect(".o_data_row:nth-child(1) [data-urgency=late]").toHaveText("3 days late");
    expect(".o_data_row:nth-child(1) [data-urgency=late]").toHaveClass("text-danger");
    expect(".o_data_row:nth-child(2) [data-urgency=soon]").toHaveText("4 hours left");
    expect(".o_data_row:nth-child(2) [data-urgency=soon]").not.toHaveClass("text-danger");
    expect(".o_data_row:nth-child(3) [data-urgency=open]").toHaveText("9 days left");
    expect(".o_data_row:nth-child(3) [data-urgency=open]").toHaveClass("text-muted");
    expect(".o_data_row:nth-child(3) [data-urgency=open]").toHaveAttribute("title", /Mar 12/);
});

test("a stopped clock says so, but what was late before it stopped stays late", async () => {
    await mountLimits(
        { next_due: false, deadline_state: "paused" },
        { next_due: false, deadline_state: "met" },
        { next_due: "2026-02-27 09:00:00", deadline_state: "paused" },
        { next_due: "2026-03-12 09:00:00", state: "paused" }
    );
    expect(".o_data_row:nth-child(1) [data-urgency=paused]").toHaveText("Clock stopped");
    expect(".o_data_row:nth-child(2) .o_complaint_countdown").toHaveCount(0);
    expect(".o_data_row:nth-child(3) [data-urgency=late]").toHaveCount(1);
    expect(".o_data_row:nth-child(4) .o_complaint_countdown").toHaveText("Clock stopped");
});
