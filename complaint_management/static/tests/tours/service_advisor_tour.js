import { registry } from "@web/core/registry";
import { noDialog, openMenu, saved, sign, tab } from "./resolution_steps";

const missing = (words) => ({
    content: "What the step lacks is said before anything is pressed",
    trigger: `.o_form_view .alert-info:contains('${words}')`,
});
const nextStep = (button, stage) => [
    { trigger: `button.btn-primary[name=action_next_step]:visible:contains('${button}')`, run: "click" },
    { trigger: `.o_arrow_button_current:contains('${stage}')` },
];
const choose = (field, words, item = words) => [
    { trigger: `[name=${field}] input`, run: `edit ${words}` },
    { trigger: `.o-autocomplete--dropdown-item:contains('${item}')`, run: "click" },
];

/** The telephone rings: customer, object and time are entered while they speak; then the object is brought. */
registry.category("web_tour.tours").add("complaint_service_take_in", {
    steps: () => [
        ...openMenu("service", "service_order"),
        { trigger: ".o-kanban-button-new", run: "click" },
        { trigger: ".o_form_view .oe_title [name=name] textarea", run: "edit The brakes squeal" },
        {
            content: "Customers are found by the number that the telephone shows",
            trigger: ".o_form_view [name=partner_id] input",
            run: "edit 13800138000",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains('Zhang San')", run: "click" },
        { trigger: "[name=partner_phone] input:value('+86 138 0013 8000')" },
        {
            content: "The object is not known yet: it is made on the fly",
            trigger: "[name=asset_id] input",
            run: "edit Delivery van",
        },
        { trigger: ".o_m2o_dropdown_option_create_edit a", run: "click" },
        { trigger: ".modal [name=kind_id] input", run: "edit Vehicle" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Vehicle')", run: "click" },
        { trigger: ".modal .o_form_button_save:enabled", run: "click" },
        noDialog,
        { trigger: "[name=asset_id] input:value('Delivery van')" },
        ...choose("type_id", "Repair"),
        { trigger: "[name=description] textarea", run: "edit They squeal in the morning." },
        {
            content: "Who is free is proposed; one click books it",
            trigger: "button.btn-primary[name=action_find_time]",
            run: "click",
        },
        { trigger: ".modal .o_data_row:first button[name=action_book]", run: "click" },
        noDialog,
        { trigger: "[name=technician_ids] .o_tag:contains('Technician')" },
        {
            content: "Nothing is missing, and the only thing to do is to receive it",
            trigger:
                ".o_form_view:not(:has(.alert-info:visible)) .o_statusbar_buttons:not(:has(.btn-primary:visible ~ .btn-primary:visible)) button.btn-primary[name=action_receive_now]",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('Reception')" },
        missing("Describe the condition"),
        missing("Enter its reading"),
        {
            content: "The page of the step comes to the front",
            trigger: ".o_notebook .nav-link.active[name=reception]",
        },
        { trigger: "[name=condition] textarea", run: "edit A scratch on the left door." },
        { trigger: "[name=belongings] textarea", run: "edit Two keys" },
        { trigger: "[name=usage_in] input", run: "edit 12000" },
        {
            content: "The customer signs the sheet",
            trigger: "button[name=action_sign_reception]",
            run: "click",
        },
        ...sign("signature"),
        { trigger: ".modal footer button[name=action_apply]:visible", run: "click" },
        noDialog,
        { trigger: "[name=reception_signed_by]:contains('Zhang San')" },
        ...nextStep("To Diagnosis", "Diagnosis"),
        missing("Write down what is wrong"),
        saved,
    ],
});

/** The technician has found the fault: it is priced, offered, and agreed to by phone. */
registry.category("web_tour.tours").add("complaint_service_agree_by_phone", {
    steps: () => [
        {
            content: "The page of the step is open; what the technician found is one click away",
            trigger: ".o_notebook .nav-link.active[name=lines]",
        },
        tab("diagnosis"),
        { trigger: "[name=diagnosis] textarea:value('The pads are worn.')" },
        missing("Enter labour and parts"),
        tab("lines"),
        { trigger: "[name=line_ids] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: "[name=line_ids] .o_selected_row [name=product_id] input", run: "edit Mechanic" },
        { trigger: ".o-autocomplete--dropdown-item:contains('hour')", run: "click" },
        { trigger: "[name=line_ids] .o_selected_row [name=price_unit] input:value('80')" },
        { trigger: "[name=line_ids] .o_selected_row [name=quantity] input", run: "edit 2" },
        {
            content: "The total follows while it is typed",
            trigger: ".o_form_view .oe_title",
            run: "click",
        },
        { trigger: "[name=amount_charged]:contains('160')" },
        { trigger: "button.o_form_button_save:visible", run: "click" },
        missing("Get the customer's agreement"),
        {
            content: "The next thing to do is to offer it, not to begin",
            trigger: ".o_statusbar_buttons:not(:has(button:contains('To Work'))) button.btn-primary[name=action_offer_quotation]",
            run: "click",
        },
        {
            content: "Then the answer is what is waited for",
            trigger: "button.btn-primary:contains(\"Customer's Answer\")",
            run: "click",
        },
        { trigger: ".modal [name=kind] label:contains('By phone')", run: "click" },
        { trigger: ".modal footer button:visible:contains('Agreed')", run: "click" },
        noDialog,
        { trigger: "[name=quotation_state]:contains('Agreed')" },
        ...nextStep("To Work", "Work"),
        saved,
    ],
});

/** The work is done and checked: it is invoiced, handed over with a signature, and closed. */
registry.category("web_tour.tours").add("complaint_service_hand_over", {
    steps: () => [
        { trigger: ".o_arrow_button_current:contains('Settlement')" },
        missing("Invoice what is charged"),
        { trigger: "button.btn-primary[name=action_invoice]", run: "click" },
        { trigger: ".o_form_view:not(:has(button[name=action_invoice])) button:contains('To Hand-over')" },
        ...nextStep("To Hand-over", "Hand-over"),
        missing("the customer signs"),
        {
            content: "It is not closed before it is handed over",
            trigger: ".o_statusbar_buttons:not(:has(button:contains('Close'))) button.btn-primary[name=action_hand_over]",
            run: "click",
        },
        { trigger: ".modal [name=usage_out] input", run: "edit 12004" },
        ...sign("signature"),
        { trigger: ".modal [name=note] textarea", run: "edit Tested together." },
        { trigger: ".modal footer button:visible:contains('Hand Over')", run: "click" },
        noDialog,
        { trigger: ".o_notebook .nav-link[name=handover]", run: "click" },
        { trigger: "[name=handover_name]:contains('Zhang San')" },
        ...nextStep("Close", "Closed"),
        { trigger: "button:visible:contains('Reopen')" },
        saved,
    ],
});
