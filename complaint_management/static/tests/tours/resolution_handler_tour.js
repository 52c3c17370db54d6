import { registry } from "@web/core/registry";
import { noDialog, sign, tab } from "./resolution_steps";

const REMEDIES = "[name=remedy_ids]";

/** A new line is where the cursor goes; its type decides which of its cells there are. */
const addRemedy = (type, ...cells) => [
    { trigger: `${REMEDIES} .o_field_x2many_list_row_add a`, run: "click" },
    { trigger: `${REMEDIES} .o_selected_row [name=type_id] input`, run: `edit ${type}` },
    { trigger: `.ui-autocomplete > li > a:contains('${type}')`, run: "click" },
    ...cells,
];

/** The handler judges the demand, proposes remedies and asks for the approval. */
registry.category("web_tour.tours").add("complaint_resolution_propose", {
    steps: () => [
        {
            content: "The box says what the solution lacks",
            trigger: ".alert-info:contains('Propose a solution')",
        },
        {
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Propose a Solution')",
            run: "click",
        },
        {
            content: "What the complainant wants is beside it",
            trigger: ".o_form_view [name=description]:contains('It has been cold for three days.')",
        },
        { trigger: "[name=reasonable] label:contains(/^Partly reasonable$/)", run: "click" },
        {
            trigger: "[name=assessment] textarea",
            run: "edit We came late, and the valve was old.",
        },
        {
            trigger: "[name=ground_facts] textarea",
            run: "edit Eleven degrees on the photo.",
        },
        ...addRemedy("Apology"),
        ...addRemedy("Extra Service", {
            trigger: `${REMEDIES} .o_selected_row [name=amount] input`,
            run: "edit 300",
        }),
        {
            trigger: "[name=offer] textarea",
            run: "edit We are sorry, and look after it every month.",
        },
        { trigger: "button[name=action_submit]", run: "click" },
        {
            content: "It waits for who has to agree",
            trigger: ".o_form_view:not(:has(button[name=action_submit]:visible)) .o_arrow_button_current:contains('Waits for approval')",
        },
        { trigger: "[name=amount_total]:contains('300.00')" },
        { trigger: "[name=approval_ids] .o_data_row:contains('plain_user')" },
    ],
});

const remedyRow = (type, state) => `${REMEDIES} .o_data_row:contains('${type}'):contains('${state}')`;

const tickOff = (type) => [
    { trigger: `${remedyRow(type, "To do")} button:contains('Done')`, run: "click" },
    {
        trigger: ".modal [name=note] textarea",
        run: `edit ${type}: made on Monday.`,
    },
    { trigger: ".modal footer button:contains('Done'):visible", run: "click" },
    noDialog,
    { trigger: remedyRow(type, "Done") },
];

/** Approved: the handler offers it, enters the answer, sees to the remedies, and brings the case to its end. */
registry.category("web_tour.tours").add("complaint_resolution_settle", {
    steps: () => [
        {
            content: "The case leads to the solution that is to be offered",
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Offer the Solution')",
            run: "click",
        },
        { trigger: ".modal [name=kind] label:contains(/^Call$/)", run: "click" },
        {
            content: "What to say is written already",
            trigger: ".modal [name=summary] textarea:value(/look after it every month/)",
        },
        { trigger: ".modal footer button:contains('It Was Offered'):visible", run: "click" },
        noDialog,
        {
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Enter the Answer')",
            run: "click",
        },
        {
            trigger: ".modal [name=words] textarea",
            run: "edit Good, then we agree.",
        },
        ...sign("signature"),
        { trigger: ".modal footer button:contains('Save the Answer')", run: "click" },
        noDialog,
        {
            content: "Nothing is missing: it goes on",
            trigger: "button[name=action_next_step].btn-primary:contains('To Execution')",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('Execution')" },
        { trigger: ".alert-info:contains('Carry out the remedies')" },
        tab("solution"),
        ...tickOff("Apology"),
        ...tickOff("Extra Service"),
        {
            trigger: ".o_form_view:not(:has(.alert-info:contains('Carry out the remedies'))) button[name=action_next_step]:contains('To Result Feedback')",
            run: "click",
        },
        {
            content: "To report the result is the next step",
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Report the Result')",
            run: "click",
        },
        {
            content: "What was judged of the demand is proposed as the decision",
            trigger: ".modal [name=decision] .o_selection_badge.active:contains('Partly upheld')",
        },
        {
            trigger: ".modal [name=decision_reason] textarea",
            run: "edit We came late. && press Tab",
        },
        {
            trigger: ".modal [name=outcome] textarea",
            run: "edit It is warm again. && press Tab",
        },
        {
            content: "The letter says what was decided",
            trigger: ".modal [name=letter_body]:contains('It is warm again.')",
        },
        { trigger: ".modal footer button:contains('Send and Report'):visible", run: "click" },
        noDialog,
        {
            trigger: "button[name=action_next_step]:contains('To Follow-up')",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('Follow-up')" },
        {
            trigger: ".o_statusbar_buttons button.btn-primary:contains('Confirm the Result')",
            run: "click",
        },
        ...sign("signature"),
        { trigger: ".modal footer button:contains('Confirm')", run: "click" },
        noDialog,
        {
            content: "Signed: it can be closed",
            trigger: "button[name=action_next_step].btn-primary:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button:contains('Reopen')",
        },
    ],
});
