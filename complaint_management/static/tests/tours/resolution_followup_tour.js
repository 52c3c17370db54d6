import { registry } from "@web/core/registry";
import { noDialog, openMenu } from "./resolution_steps";

const CARD = ".o_kanban_record:contains('Zhang San'):contains('The heating does not work')";

const log = (result, ...steps) => [
    { trigger: `${CARD} button[name=action_log]`, run: "click" },
    {
        content: "What the customer was told stands above the question",
        trigger: ".modal [name=outcome]:contains('The valve was replaced.')",
    },
    { trigger: `.modal [name=result] .o_selection_badge[value='"${result}"']`, run: "click" },
    ...steps,
    { trigger: ".modal footer button[name=action_apply]", run: "click" },
    noDialog,
];

/** The clerk calls from a phone: first nobody answers, then the customer is not satisfied. */
registry.category("web_tour.tours").add("complaint_resolution_followup", {
    steps: () => [
        ...openMenu("case", "followup"),
        ...log("not_reached", { trigger: ".modal p:contains('The next try is planned.'):visible" }),
        { content: "It waits for the second try", trigger: `${CARD}:contains('2 of 3')` },
        ...log(
            "not_satisfied",
            {
                trigger: ".modal [name=note] textarea",
                run: "edit It is cold again.",
            },
            {
                content: "To take it up again is proposed",
                trigger: ".modal [name=take_up] input[data-value=yes]:checked",
            }
        ),
        {
            content: "Nothing is left to call about",
            trigger: `.o_kanban_view:not(:has(${CARD}))`,
        },
    ],
});
