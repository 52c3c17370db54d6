import { registry } from "@web/core/registry";
import { noDialog, openMenu } from "./resolution_steps";

/** Who is asked approves one solution where it stands, opens another one and refuses it. */
registry.category("web_tour.tours").add("complaint_resolution_approver", {
    steps: () => [
        ...openMenu("resolution", "approval_mine"),
        {
            isActive: ["desktop"],
            content: "What it is about and what it costs stands in the list",
            trigger:
                ".o_data_row:contains('The heating does not work'):contains('300.00') button[name=action_approve]",
            run: "click",
        },
        {
            isActive: ["mobile"],
            content: "What it is about and what it costs stands on the card",
            trigger:
                ".o_kanban_record:contains('The heating does not work'):contains('300.00') button[name=action_approve]",
            run: "click",
        },
        {
            isActive: ["desktop"],
            content: "What is decided waits no longer",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('The heating does not work')))",
        },
        {
            isActive: ["mobile"],
            content: "What is decided waits no longer",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('The heating does not work')))",
        },
        {
            isActive: ["desktop"],
            trigger: ".o_data_row:contains('The lift stands still') [name=complaint_name]",
            run: "click",
        },
        {
            isActive: ["mobile"],
            trigger: ".o_kanban_record:contains('The lift stands still')",
            run: "click",
        },
        {
            content: "What the complainant wants and what is proposed is there to read",
            trigger:
                ".o_form_view:has([name=assessment]:contains('We sold it as new, and it was not.')) [name=remedy_ids]:contains('A new one')",
        },
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle",
            run: "click",
        },
        { trigger: "button[name=action_refuse_mine]:visible", run: "click" },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit A lift is mended, not replaced.",
        },
        { trigger: ".modal footer button:contains('Refuse'):visible", run: "click" },
        noDialog,
        {
            content: "It went back, and the page says why",
            trigger:
                ".o_form_view:not(:has(button[name=action_approve_mine]:visible)) .alert-warning:contains('A lift is mended, not replaced.')",
        },
    ],
});
