import { registry } from "@web/core/registry";
import { noDialog, saved, tab } from "./resolution_steps";

const choose = (field, name) => [
    { trigger: `${field} input`, run: `edit ${name}` },
    { trigger: `.ui-autocomplete > li > a:contains('${name}')`, run: "click" },
];

const addLine = (field) => ({
    trigger: `[name=${field}] .o_field_x2many_list_row_add a`,
    run: "click",
});

/** The handler judges a case, speaks with the customer, asks departments and writes down the facts. */
registry.category("web_tour.tours").add("complaint_inquiry_handler", {
    steps: () => [
        {
            content: "The box says what triage lacks",
            trigger: ".alert-info:contains('Say whether the complaint is founded.')",
        },
        {
            trigger: "[name=founded] .o_selection_badge[value='\"founded\"']",
            run: "click",
        },
        {
            trigger: "button[name=action_next_step]:contains('To Dispatch')",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('Dispatch')" },
        {
            content: "A call is logged with two clicks and what was said",
            trigger: ".o_statusbar_buttons button:contains('Log Contact')",
            run: "click",
        },
        {
            trigger: ".modal [name=summary] textarea",
            run: "edit She has been cold since Monday.",
        },
        { trigger: ".modal footer button:contains('Save')", run: "click" },
        noDialog,
        {
            trigger: "button[name=action_new_sheet]:contains('Ask Departments')",
            run: "click",
        },
        ...choose(".modal [name=department_ids]", "Workshop"),
        ...choose(".modal [name=department_ids]", "Front office"),
        {
            content: "It says who answers for them",
            trigger: ".modal [name=answer_names]:contains('Foreman'):contains('Usher')",
        },
        {
            trigger: ".modal [name=question] textarea",
            run: "edit Who promised to come on Monday?",
        },
        { trigger: ".modal button[name=action_send]", run: "click" },
        noDialog,
        tab("dispatch"),
        { trigger: "[name=dispatch_ids] .o_data_row:contains('Workshop'):contains('Sent')" },
        { trigger: "[name=dispatch_ids] .o_data_row:contains('Front office'):contains('Sent')" },
        {
            trigger: "button[name=action_next_step]:contains('To Investigation')",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('Investigation')" },
        {
            content: "All that is missing is named at once",
            trigger:
                ".alert-info:contains('Wait until the departments have answered'):contains('Enter what proves the facts'):contains('Choose the root cause'):contains('Say who is liable')",
        },
        {
            trigger: ".o_statusbar_buttons button:contains('Hand Over')",
            run: "click",
        },
        ...choose(".modal [name=user_id]", "Colleague"),
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit She knows the building.",
        },
        { trigger: ".modal footer button:contains('Hand Over')", run: "click" },
        {
            content: "It waits, and the case says so",
            trigger: ".alert-warning:contains('Colleague'):contains('She knows the building.') button[name=action_withdraw_handover]",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(button[name=action_withdraw_handover]:visible))" },
        tab("evidence"),
        addLine("evidence_ids"),
        {
            trigger: ".modal [name=name] textarea",
            run: "edit Photo of the thermometer",
        },
        { trigger: ".modal [name=kind] input", run: "click" },
        { trigger: ".o_select_menu_item:contains('Photo')", run: "click" },
        {
            trigger: ".modal [name=description] textarea",
            run: "edit Eleven degrees in the living room.",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) [name=evidence_ids] .o_data_row:contains('Photo of the thermometer')" },
        tab("cause"),
        ...choose("[name=cause_id]", "No spare valve in stock"),
        addLine("why_ids"),
        {
            trigger: "[name=why_ids] .o_selected_row [name=name] input",
            run: "edit No valve was in stock.",
        },
        addLine("why_ids"),
        {
            trigger: "[name=why_ids] .o_selected_row [name=name] input",
            run: "edit Nobody counts the valves.",
        },
        addLine("liability_ids"),
        ...choose(".modal [name=department_id]", "Workshop"),
        {
            content: "The whole share is proposed",
            trigger: ".modal [name=share] input:value('100.00')",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .text-success:contains('The shares are complete.')" },
        { trigger: ".o_form_button_save", run: "click" },
        saved,
        {
            content: "Only the departments are waited for",
            trigger:
                ".alert-info:contains('Wait until the departments have answered'):not(:contains('Choose the root cause')):not(:contains('Say who is liable')):not(:contains('Enter what proves'))",
        },
    ],
});

/** The departments have answered: the handler confirms on the case, and it goes on. */
registry.category("web_tour.tours").add("complaint_inquiry_confirm", {
    steps: () => [
        { trigger: ".alert-info:contains('Confirm the departments')" },
        tab("dispatch"),
        ...["Workshop", "Front office"].flatMap((department) => [
            {
                trigger: `[name=dispatch_ids] .o_data_row:contains('${department}') [name=question]`,
                run: "click",
            },
            {
                content: "The answer stands there, signed",
                trigger: ".modal [name=findings]:contains('The valve was stuck.')",
            },
            { trigger: ".modal button[name=action_confirm]", run: "click" },
            { trigger: ".modal .o_arrow_button_current:contains('Confirmed')" },
            { trigger: ".modal .btn-close", run: "click" },
            { trigger: `body:not(:has(.modal)) [name=dispatch_ids] .o_data_row:contains('${department}'):contains('Confirmed')` },
        ]),
        {
            content: "Nothing is missing any more",
            trigger: "button[name=action_next_step]:contains('To Solution')",
            run: "click",
        },
        {
            content: "Of the inquiry nothing is missing; the box says what comes next",
            trigger:
                ".o_form_view:has(.alert-info:contains('Propose a solution')) .o_arrow_button_current:contains('Solution')",
        },
    ],
});

/** It is unfounded: to reject is the next step, and the letter is seen before it goes out. */
registry.category("web_tour.tours").add("complaint_inquiry_reject", {
    steps: () => [
        {
            trigger: "[name=founded] .o_selection_badge[value='\"unfounded\"']",
            run: "click",
        },
        {
            content: "What is unfounded is not dispatched",
            trigger:
                ".o_form_view:not(:has(button[name=action_next_step]:visible)) .o_statusbar_buttons .btn-primary:contains('Reject')",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit The bill was paid twice, and we paid one back on Friday. && press Tab",
        },
        {
            content: "The letter has the reason in it",
            trigger: ".modal [name=letter] [name=letter_body]:contains('we paid one back on Friday')",
        },
        { trigger: ".modal button[name=action_apply]:visible", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_statusbar_buttons button:contains('Reopen')" },
    ],
});
