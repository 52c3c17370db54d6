import { registry } from "@web/core/registry";

/** The leader signs a grave case off where the case asks for it. */
registry.category("web_tour.tours").add("complaint_resolution_sign_off", {
    steps: () => [
        {
            trigger: ".alert-warning:contains('waits for your sign-off') button[name=action_sign_off]",
            run: "click",
        },
        {
            content: "Signed: the question is gone and the case says who did it",
            trigger:
                ".o_form_view:not(:has(button[name=action_sign_off]:visible)) [name=signed_off_by_id]:contains('Leader')",
        },
    ],
});
