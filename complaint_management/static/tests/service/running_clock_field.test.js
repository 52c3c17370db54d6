import { describe, expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineModels, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

class Job extends models.Model {
    running_since = fields.Datetime();
}
defineMailModels();
defineModels([Job]);
describe.current.tags("desktop");

/** Show one order whose clock was started at a moment, at ten o'clock. */
async function mountClock(since) {
    mockDate("2026-03-02 10:00:00", 0);
    onRpc("has_group", () => true);
    Job._records = [{ id: 1, running_since: since }];
    await mountView({
        type: "form",
        resModel: "job",
        resId: 1,
        arch: `<form><field name="running_since" widget="complaint_running_clock" /></form>`,
    });
}

test("a clock shows hours and minutes, and goes on by itself", async () => {
    await mountClock("2026-03-02 08:25:30");
    expect(".o_complaint_running_clock").toHaveText("1:34");
    await advanceTime(30_000);
    await animationFrame();
    expect(".o_complaint_running_clock").toHaveText("1:35");
});

test("a clock that was started a moment ahead of this machine's time has not run yet", async () => {
    await mountClock("2026-03-02 10:00:20");
    expect(".o_complaint_running_clock").toHaveText("0:00");
});

test("without a clock nothing is shown", async () => {
    await mountClock(false);
    expect(".o_complaint_running_clock").toHaveCount(0);
});
