import { registry } from "@web/core/registry";

const STEPS = [
    ["To Investigation", "Investigation"],
    ["To Solution", "Solution"],
    ["To Execution", "Execution"],
    ["To Result Feedback", "Result Feedback"],
];

/** The handler takes a case, is told what is missing, and brings it to its result, one click a step. */
registry.category("web_tour.tours").add("complaint_handler", {
    steps: () => [
        {
            content: "Open the case from the board",
            trigger: ".o_kanban_record:contains('The heating does not work')",
            run: "click",
        },
        {
            content: "Take it over",
            trigger: "button[name=action_assign_to_me]",
            run: "click",
        },
        {
            trigger: ".o_form_view:not(:has(button[name=action_assign_to_me])) button:contains('To Triage')",
            run: "click",
        },
        {
            trigger: "button:contains('To Dispatch')",
            run: "click",
        },
        ...STEPS.flatMap(([button, stage]) => [
            { trigger: `button:contains('${button}')`, run: "click" },
            { trigger: `.o_arrow_button_current:contains('${stage}')` },
        ]),
        {
            content: "The result is asked for beforehand",
            trigger: ".alert-info:contains('Write down the result')",
        },
        {
            content: "Trying all the same says so again",
            trigger: "button:contains('To Follow-up')",
            run: "click",
        },
        {
            trigger: ".modal:contains('Write down the result') .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=outcome] textarea",
            run: "edit Boiler repaired, all rooms are warm.",
        },
        {
            trigger: "button:contains('To Follow-up')",
            run: "click",
        },
        {
            trigger: "button[name=action_next_step]:contains('Close')",
            run: "click",
        },
        {
            content: "Take it up again with a reason",
            trigger: "button:contains('Reopen')",
            run: "click",
        },
        {
            trigger: ".modal [name=reason] textarea",
            run: "edit Cold again the next day.",
        },
        {
            trigger: ".modal button:contains('Reopen Complaint')",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains('Investigation')",
        },
    ],
});

/** Two calls about one thing become one case. */
registry.category("web_tour.tours").add("complaint_merge", {
    steps: () => [
        {
            trigger: "button[name=action_merge]:contains('Merge Repeats')",
            run: "click",
        },
        {
            content: "What differs stands side by side",
            trigger: ".modal .o_data_row:contains('Subject'):contains('Second call')",
        },
        {
            trigger: ".modal button[name=action_merge]",
            run: "click",
        },
        {
            content: "The older case goes on and says what went into it",
            trigger: ".o-mail-Message:contains('Merged with')",
        },
    ],
});
