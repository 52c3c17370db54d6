import { registry } from "@web/core/registry";
import { noDialog, openMenu, saved } from "./resolution_steps";

const point = (name) => `.o_complaint_checks .o_kanban_record:contains('${name}')`;

/** A technician starts on today's job, stops for a part, checks, writes down what was done and passes it on. */
registry.category("web_tour.tours").add("complaint_service_technician", {
    steps: () => [
        ...openMenu("service", "service_work"),
        {
            content: "Today's job comes first, with who, where and the number to call",
            trigger:
                ".o_kanban_record:not(.o_kanban_ghost):first:contains('The brakes squeal'):contains('1 Long Street'):has(a[href^=tel])",
        },
        {
            content: "The clock is started on the card",
            trigger: ".o_kanban_record:contains('The brakes squeal') button[name=action_start_work]",
            run: "click",
        },
        {
            trigger:
                ".o_kanban_record:contains('The brakes squeal'):has(.o_complaint_running_clock) button[name=action_stop_work]",
        },
        {
            trigger: ".o_kanban_record span:contains('The brakes squeal')",
            run: "click",
        },
        { trigger: ".o_form_view .o_complaint_running_clock" },
        { trigger: "button[name=action_stop_work]:visible", run: "click" },
        {
            content: "Why it waits is said with one tap",
            trigger: "[name=interruption] .o_selection_badge:contains('A part')",
            run: "click",
        },
        {
            trigger: "[name=interruption_note] input",
            run: "edit The left pads, at noon",
        },
        { trigger: "button[name=action_start_work]:visible", run: "click" },
        {
            content: "The clock runs again, and nothing is waited for",
            trigger: ".o_form_view:not(:has([name=interruption]:visible)) .o_complaint_running_clock",
        },
        { trigger: `${point("Wheel nuts")} button[name=action_pass]`, run: "click" },
        { trigger: `${point("Wheel nuts")} button.btn-success[name=action_pass]` },
        {
            content: "What failed asks for a remark",
            trigger: `${point("Tyres")} a:contains('Not Passed')`,
            run: "click",
        },
        { trigger: ".modal [name=passed] .o_selection_badge:contains('Not passed')", run: "click" },
        { trigger: ".modal [name=remark] input", run: "edit Worn on the left" },
        { trigger: ".modal .o_form_button_save:contains('Save')", run: "click" },
        noDialog,
        { trigger: `${point("Tyres")}:contains('Worn on the left') .btn-danger` },
        {
            content: "New tyres are on, and the point passes",
            trigger: `${point("Tyres")} button[name=action_pass]`,
            run: "click",
        },
        { trigger: `${point("Tyres")} button.btn-success[name=action_pass]` },
        { trigger: "[name=work_note] textarea", run: "edit New pads and tyres." },
        { trigger: "button[name=action_finish_work]", run: "click" },
        {
            content: "It waits for its check",
            trigger: ".o_form_view:not(:has(.o_complaint_running_clock)) button:contains('Check Passed')",
        },
        saved,
    ],
});
