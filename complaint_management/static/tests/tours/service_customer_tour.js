import { registry } from "@web/core/registry";
import { nothingCutOff, typeSignature } from "./portal_steps";

const tours = registry.category("web_tour.tours");

/** From the list to an appointment for an own object. */
tours.add("complaint_service_ask", {
    steps: () => [
        nothingCutOff,
        {
            content: "What is owned, and when it is due",
            trigger: ".o_complaint_row:contains(Delivery van):contains(Next service) a.btn",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".form-check:contains(Repair) input[name=type]",
            run: "click",
        },
        nothingCutOff,
        {
            trigger: "button:contains(Show Free Times)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The object was chosen on the page before",
            trigger: "select[name=object]:has(option:checked:contains(Delivery van))",
        },
        {
            trigger: "textarea[name=words]",
            run: "edit The brakes squeal.",
        },
        {
            content: "The first free time",
            trigger: "details[open] input[name=slot]:first",
            run: "click",
        },
        nothingCutOff,
        {
            trigger: "button:contains(Send Request)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_complaint_done:contains(we check the time that you chose)",
        },
        {
            trigger: ".o_complaint_headline:contains(We check the time that you chose)",
        },
        nothingCutOff,
    ],
});

/** Read the quotation and agree to it with a signature. */
tours.add("complaint_service_agree", {
    steps: () => [
        {
            trigger: ".o_complaint_asked a:contains(Please answer our quotation)",
        },
        {
            trigger: "#quotation:contains(Brake pad):contains(You pay)",
        },
        nothingCutOff,
        ...typeSignature("#quotation", "欧阳娜娜", "Agree and Sign"),
        {
            trigger: ".o_complaint_done:contains(you agreed to the quotation)",
        },
        {
            trigger: "#quotation:not(:has(form)) .alert-success:contains(欧阳娜娜)",
        },
    ],
});

/** How it stands while somebody works on it; ask something. */
tours.add("complaint_service_progress", {
    steps: () => [
        {
            trigger: ".o_complaint_headline:contains(We are working on it)",
        },
        {
            trigger: ".o_complaint_step_now:contains(We are working on it)",
        },
        {
            trigger: "#complaint_reply_message",
            run: "edit When can I fetch it?",
        },
        {
            trigger: "#reply button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_complaint_done:contains(your message has arrived)",
        },
        {
            trigger: ".o_complaint_mine:contains(When can I fetch it?)",
        },
        nothingCutOff,
    ],
});

/** See what was done and sign for the hand-over. */
tours.add("complaint_service_sign", {
    steps: () => [
        {
            trigger: "#handover:contains(Brake pad):contains(Brakes tested)",
        },
        {
            trigger: "#complaint_sign_note",
            run: "edit All is well.",
        },
        nothingCutOff,
        ...typeSignature("#handover", "欧阳娜娜", "Sign"),
        {
            trigger: ".o_complaint_done:contains(Thank you for your signature)",
        },
        {
            trigger: "#handover:not(:has(form)) .alert-success:contains(欧阳娜娜)",
        },
    ],
});
