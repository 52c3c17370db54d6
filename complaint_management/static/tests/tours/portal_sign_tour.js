import { registry } from "@web/core/registry";

/** A customer without an account accepts a proposal: the name is typed, and makes the signature. */
registry.category("web_tour.tours").add("complaint_portal_sign", {
    steps: () => [
        {
            content: "Nothing is sent without a signature",
            trigger: "#proposal .o_web_sign_draw_button",
            run: "click",
        },
        {
            trigger: "#proposal .o_web_sign_draw_button[aria-pressed=true]",
        },
        {
            trigger: "#proposal form button[type=submit]:contains(Accept and Sign)",
            run: "click",
        },
        {
            trigger: "#proposal .o_complaint_signature [role=alert]",
        },
        {
            content: "Rather typed than drawn",
            trigger: "#proposal .o_web_sign_auto_button",
            run: "click",
        },
        {
            trigger: "#proposal input.o_web_sign_name_input",
            run: "edit 张三",
        },
        {
            content: "Every control has a name",
            trigger: "#proposal .o_web_sign_auto_button[aria-pressed=true]:contains(Typed)",
        },
        {
            content: "The picture of the name is drawn",
            trigger: "#proposal canvas[aria-label]",
            async run({ anchor }) {
                const isDrawn = () =>
                    anchor
                        .getContext("2d")
                        .getImageData(0, 0, anchor.width, anchor.height)
                        .data.some((value) => value);
                while (!isDrawn()) {
                    await new Promise(requestAnimationFrame);
                }
            },
        },
        {
            trigger: "#proposal form button[type=submit]:contains(Accept and Sign)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_complaint_done[role=status]:contains(you accepted our proposal)",
        },
        {
            trigger: "#proposal:not(:has(form)) .alert-success",
        },
    ],
});
