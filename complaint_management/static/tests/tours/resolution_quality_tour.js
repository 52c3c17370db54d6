import { registry } from "@web/core/registry";
import { noDialog } from "./resolution_steps";

/** The quality manager draws closed cases, lets one pass and sends one back. */
registry.category("web_tour.tours").add("complaint_resolution_quality", {
    steps: () => [
        {
            trigger: ".o_control_panel button:contains('Draw a Sample')",
            run: "click",
        },
        {
            content: "It says how many were closed and how many are drawn",
            trigger: ".modal .o_data_row:contains('Centre') [name=draw_count]:contains('2')",
        },
        { trigger: ".modal button[name=action_draw]", run: "click" },
        noDialog,
        {
            trigger: ".o_data_row:contains('The heating does not work') [name=complaint_id]",
            run: "click",
        },
        {
            content: "The story of the case is on the page",
            trigger: ".o_form_view [name=outcome]:contains('We have told them where to ask.')",
        },
        { trigger: "[name=mark] .o_selection_badge[value='\"4\"']", run: "click" },
        { trigger: "button[name=action_pass]", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Passed')" },
        { trigger: ".o_back_button", run: "click" },
        {
            trigger: ".o_data_row:contains('The lift stands still') [name=complaint_id]",
            run: "click",
        },
        {
            trigger: ".o_form_view:has(.o_arrow_button_current:contains('To check')) .o_statusbar_buttons button:contains('Send Back')",
            run: "click",
        },
        { trigger: ".modal [name=mark] .o_selection_badge[value='\"2\"']", run: "click" },
        {
            trigger: ".modal [name=findings] textarea",
            run: "edit Nobody called the customer.",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit Call and ask what is still missing.",
        },
        { trigger: ".modal footer button:contains('Send Back'):visible", run: "click" },
        noDialog,
        { trigger: ".o_form_view [name=sent_back_reason]:contains('Call and ask what is still missing.')" },
    ],
});
