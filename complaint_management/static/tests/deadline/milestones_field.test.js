import { describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";

const MILESTONES = [
    ["respond", "First answer"],
    ["triage", "Triage"],
    ["dispatch", "Dispatch"],
    ["investigate", "Investigation"],
    ["propose", "Solution proposed"],
    ["execute", "Execution"],
];

class Clock extends models.Model {
    milestone = fields.Selection({ selection: MILESTONES });
    state = fields.Char();
    round = fields.Integer();
    due = fields.Datetime();
    reached_at = fields.Datetime();
    extension = fields.Integer();
    request_waits = fields.Boolean();
}
class Case extends models.Model {
    name = fields.Char();
    clock_ids = fields.One2many({ relation: "clock" });
}
defineMailModels();
defineModels([Case, Clock]);
describe.current.tags("desktop");

/** A case with these clocks, at ten o'clock on Monday, 2 March. */
async function mountCase(...clocks) {
    mockDate("2026-03-02 10:00:00", 0);
    onRpc("has_group", () => true);
    Clock._records = clocks.map((clock, index) => ({
        id: index + 1,
        state: "running",
        round: 0,
        due: "2026-03-12 09:00:00",
        ...clock,
    }));
    Case._records = [{ id: 1, name: "Brakes", clock_ids: Clock._records.map((clock) => clock.id) }];
    await mountView({
        type: "form",
        resModel: "case",
        resId: 1,
        arch: `
            <form>
                <field name="name" />
                <field name="clock_ids" widget="complaint_milestones" readonly="1">
                    <list>
                        <field name="milestone" />
                        <field name="state" />
                        <field name="round" />
                        <field name="due" />
                        <field name="reached_at" />
                        <field name="extension" />
                        <field name="request_waits" />
                    </list>
                </field>
            </form>`,
    });
}

const strip = (look) => `.o_complaint_milestone[data-look=${look}]`;
const status = (look) => `${strip(look)} .o_complaint_milestone_status`;
const moment = (look) => `${strip(look)} .o_complaint_milestone_moment`;

test("each look has its words, its colour and its moment", async () => {
    await mountCase(
        { milestone: "respond", state: "met", due: "2026-02-25 10:00:00", reached_at: "2026-02-25 09:30:00" },
        { milestone: "triage", state: "late", due: "2026-02-25 11:00:00", reached_at: "2026-02-27 11:00:00" },
        { milestone: "dispatch", state: "breached", due: "2026-02-27 10:00:00" },
        { milestone: "investigate", due: "2026-03-02 16:30:00" },
        { milestone: "propose", due: "2026-03-12 09:00:00" },
        { milestone: "execute", state: "paused", due: "2026-03-20 09:00:00" }
    );
    expect(".o_complaint_milestone").toHaveCount(6);
    expect(status("met")).toHaveText("in time");
    expect(status("met")).not.toHaveClass("text-danger");
    expect(moment("met")).toHaveText(/Feb 25.*9:30/);
    expect(strip("met")).toHaveAttribute("title", /Reached on/);
    expect(status("late")).toHaveText("2 days late");
    expect(status("late")).toHaveClass("text-danger");
    expect(moment("late")).toHaveText(/Feb 27.*11:00/);
    expect(status("breached")).toHaveText("3 days late");
    expect(status("breached")).toHaveClass("text-danger");
    expect(strip("breached")).toHaveClass("border-danger");
    expect(strip("breached")).toHaveAttribute("title", /Due on/);
    expect(status("soon")).toHaveText("6 hours left");
    expect(strip("soon")).toHaveClass("border-warning");
    expect(status("running")).toHaveText("9 days left");
    expect(strip("running")).not.toHaveClass("border-warning");
    expect(moment("running")).toHaveText(/Mar 12.*9:00/);
    expect(status("paused")).toHaveText("clock stopped");
    expect(strip("paused")).toHaveClass("border-warning");
});

test("a limit that has just passed is overdue before anybody has noted it", async () => {
    await mountCase({ milestone: "respond", state: "running", due: "2026-03-02 09:00:00" });
    expect(status("breached")).toHaveText("60 minutes late");
});

test("milestones stand in the order of the process, whatever is due first", async () => {
    await mountCase(
        { milestone: "propose", due: "2026-03-05 09:00:00" },
        { milestone: "respond", due: "2026-03-04 09:00:00" },
        { milestone: "investigate", due: "2026-03-25 09:00:00" }
    );
    expect(queryAllTexts(".o_complaint_milestone .fw-bold")).toEqual([
        "First answer",
        "Investigation",
        "Solution proposed",
    ]);
});

test("only the newest round is shown, and nothing cancelled", async () => {
    await mountCase(
        { milestone: "respond", state: "met", reached_at: "2026-01-05 09:00:00" },
        { milestone: "investigate", state: "late", due: "2026-01-15 09:00:00", reached_at: "2026-01-20 09:00:00" },
        { milestone: "investigate", round: 1 },
        { milestone: "propose", round: 1, state: "cancelled" },
        { milestone: "execute", round: 2, state: "cancelled" }
    );
    expect(queryAllTexts(".o_complaint_milestone .fw-bold")).toEqual(["Investigation"]);
    expect(strip("running")).toHaveCount(1);
});

test("a waiting request and a moved limit are marked", async () => {
    await mountCase(
        { milestone: "respond" },
        { milestone: "triage", request_waits: true, extension: 2 },
        { milestone: "dispatch", extension: 2 }
    );
    expect(".o_complaint_milestone:eq(0) .o_complaint_milestone_status i").toHaveCount(0);
    expect(".o_complaint_milestone:eq(1) [title='More time is asked for']").toHaveCount(1);
    expect(".o_complaint_milestone:eq(1) .o_complaint_milestone_status i").toHaveCount(1);
    expect(".o_complaint_milestone:eq(2) [title='The limit was moved']").toHaveCount(1);
});

test("a click keeps what was typed, opens the limit, and reads the case again afterwards", async () => {
    let closed;
    mockService("action", {
        doAction(action, options) {
            expect.step(`${action.res_model} ${action.res_id} ${action.target}`);
            closed = options.onClose;
        },
    });
    onRpc("case", "web_save", ({ args }) => expect.step(args[1].name));
    await mountCase({ milestone: "respond" }, { milestone: "triage" });
    onRpc("case", "web_read", () => expect.step("read"));
    await contains("[name=name] input").edit("Brakes squeal", { confirm: false });
    await contains(".o_complaint_milestone:eq(1)").click();
    expect.verifySteps(["Brakes squeal", "clock 2 new"]);
    await closed();
    expect.verifySteps(["read"]);
});
