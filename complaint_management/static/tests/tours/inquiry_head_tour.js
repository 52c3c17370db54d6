import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Open a page of the app's menu; on a phone the menu slides in from the side. */
const openMenu = (section, menu) => [
    { ...stepUtils.showAppsMenuItem(), isActive: ["desktop"] },
    { isActive: ["mobile"], trigger: ".o_main_navbar .o_menu_toggle", run: "click" },
    { isActive: ["mobile"], trigger: ".o_sidebar_topbar a.btn-primary", run: "click" },
    {
        trigger: ".o_app[data-menu-xmlid='complaint_management.complaint_menu_root']",
        run: "click",
    },
    {
        content: "What waits for them comes first",
        trigger: "body:not(:has(.o_app_menu_sidebar)) .o_kanban_view",
    },
    { isActive: ["mobile"], trigger: ".o_main_navbar .o_menu_toggle", run: "click" },
    {
        isActive: ["desktop"],
        trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${section}']`,
        run: "click",
    },
    {
        trigger: `[data-menu-xmlid='complaint_management.complaint_menu_${menu}']`,
        run: "click",
    },
];

const openSheet = (name) => [
    {
        content: "The question stands on the card",
        trigger: `.o_kanban_record:contains('${name}'):contains('Why was the heating not repaired?')`,
        run: "click",
    },
    {
        content: "The case is there to read",
        trigger: ".o_form_view [name=description]:contains('It has been cold for three days.')",
    },
];

/** The head of a department answers and signs one sheet and returns another. */
registry.category("web_tour.tours").add("complaint_inquiry_head", {
    steps: () => [
        ...openMenu("dispatch", "dispatch_mine"),
        ...openSheet("The heating does not work"),
        {
            trigger: "button[name=action_open_complaint]",
            run: "click",
        },
        {
            content: "The complaint is one page to read",
            trigger:
                ".o_form_view .o_form_readonly [name=description]:contains('It has been cold for three days.')",
        },
        {
            content: "No button acts on it",
            trigger: ".o_form_view:not(:has(.o_statusbar_buttons button:visible))",
        },
        { trigger: ".o_back_button", run: "click" },
        {
            trigger: ".o_form_view [name=findings] textarea",
            run: "edit The valve was stuck.",
        },
        {
            trigger: ".o_form_view [name=measures] textarea",
            run: "edit A new one comes on Thursday.",
        },
        {
            content: "Answered and signed on one page",
            trigger: "button[name=action_sign]:contains('Answer and Sign')",
            run: "click",
        },
        { trigger: ".o_form_view:not(:has(button[name=action_sign]:visible)) .o_arrow_button_current:contains('Signed')" },
        ...openMenu("dispatch", "dispatch_mine"),
        {
            content: "What is signed waits no longer",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains('The heating does not work')))",
        },
        ...openSheet("The lift stands still"),
        {
            isActive: ["mobile"],
            trigger: ".o_statusbar_buttons .dropdown-toggle",
            run: "click",
        },
        {
            trigger: "button:contains('Return'):not(:contains('Returned')):visible",
            run: "click",
        },
        {
            trigger: ".modal:contains('Return the Sheet') [name=reason] textarea",
            run: "edit Lifts are with the front office.",
        },
        { trigger: ".modal footer button:contains('Return'):visible", run: "click" },
        {
            content: "The sheet says why it went back",
            trigger: "body:not(:has(.modal)) .o_form_view .alert-info:contains('Lifts are with the front office.')",
        },
    ],
});

/** Any employee passes on what a customer said to them. */
registry.category("web_tour.tours").add("complaint_inquiry_pass_on", {
    steps: () => [
        ...openMenu("dispatch", "referral"),
        {
            trigger: ".modal [name=partner_name] input",
            run: "edit Li Si",
        },
        {
            trigger: ".modal [name=partner_phone] input",
            run: "edit 13800138111",
        },
        {
            trigger: ".modal [name=name] input",
            run: "edit The door was locked",
        },
        {
            trigger: ".modal [name=description] textarea",
            run: "edit He stood before it at ten in the morning.",
        },
        { trigger: ".modal button[name=action_submit]", run: "click" },
        {
            content: "The number to tell the customer",
            trigger: ".modal h2:contains('It is registered as') [name=number]:contains('-')",
        },
        { trigger: ".modal footer button:contains('OK'):visible", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});
