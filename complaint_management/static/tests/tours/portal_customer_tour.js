import { registry } from "@web/core/registry";
import { chooseFile, nothingCutOff, typeSignature } from "./portal_steps";

const tours = registry.category("web_tour.tours");
const done = (words) => ({ trigger: `#done[role=status]:contains(${words})` });
const consentAndSend = [
    { trigger: "input[name=consent]", run: "click" },
    { trigger: "button:contains(Send complaint)", run: "click", expectUnloadPage: true },
    {
        content: "The number and the promised date",
        trigger: "#wrap:contains(CP-):contains(You hear from us by)",
    },
    nothingCutOff,
];

/** Whoever has no account writes what happened, and gets a number. */
tours.add("complaint_portal_form", {
    steps: () => [
        nothingCutOff,
        { trigger: "textarea[name=description]", run: "edit The heating does not work." },
        chooseFile("input[name=files]", "photo.txt", "It is eleven degrees."),
        { trigger: "details > summary", run: "click" },
        { trigger: "textarea[name=wanted]", run: "edit That it gets warm." },
        { trigger: "input[name=name]", run: "edit 欧阳娜娜" },
        { trigger: "input[name=email]", run: "edit ouyang@example.com" },
        ...consentAndSend,
        { trigger: "#wrap:contains(ouyang@example.com):not(:has(a.btn))" },
    ],
});

/** A customer with an account does the same on the way from the list, and comes to the page. */
tours.add("complaint_portal_form_account", {
    steps: () => [
        { trigger: "a.btn:contains(New complaint)", run: "click", expectUnloadPage: true },
        {
            content: "Who writes is known",
            trigger: "form.o_complaint_form:has(fieldset:contains(Customer Owner)):not(:has([name=email]))",
        },
        nothingCutOff,
        { trigger: "textarea[name=description]", run: "edit The heating does not work." },
        chooseFile("input[name=files]", "photo.txt", "It is eleven degrees."),
        ...consentAndSend,
        { trigger: "a.btn:contains(See my complaint)", run: "click", expectUnloadPage: true },
        { trigger: ".o_complaint_status:contains(We have received your complaint)" },
    ],
});

/** On the page: how it stands, what is expected, and a reply with a file. */
tours.add("complaint_portal_reply", {
    steps: () => [
        nothingCutOff,
        {
            content: "When they hear from us, and that nothing is expected of them",
            trigger:
                ".o_complaint_status:contains(You hear from us by):contains(You need not do anything at the moment)",
        },
        {
            content: "What was sent with the form",
            trigger: "#messages li:contains(The heating does not work.):contains(photo.txt)",
        },
        { trigger: "#reply textarea", run: "edit It is colder now." },
        chooseFile("#reply input[type=file]", "colder.txt", "It is nine degrees."),
        { trigger: "#reply button[type=submit]", run: "click", expectUnloadPage: true },
        done("your message has arrived"),
        { trigger: "#messages li:contains(You):contains(It is colder now.):contains(colder.txt)" },
    ],
});

/** The proposal: where it stands says that an answer is needed, and leads to it. */
tours.add("complaint_portal_accept", {
    steps: () => [
        nothingCutOff,
        {
            trigger: ".o_complaint_asked a:contains(Please answer our proposal)",
            run: "click",
        },
        { trigger: "#proposal:contains(We make it good.):contains(300.00):contains(A new one)" },
        ...typeSignature("#proposal", "欧阳娜娜", "Accept and Sign"),
        done("you accepted our proposal"),
        { trigger: "#proposal:contains(You accepted this proposal):not(:has(form))" },
        { trigger: ".o_complaint_status:contains(You need not do anything at the moment)" },
    ],
});

/** The result, and below it the question whether it is in order. */
tours.add("complaint_portal_confirm", {
    steps: () => [
        nothingCutOff,
        {
            trigger: ".o_complaint_asked a:contains(Please confirm the result)",
            run: "click",
        },
        {
            content: "First the result, then the question",
            trigger: ".o_complaint_result:contains(The valve was replaced.) ~ #confirm",
        },
        ...typeSignature("#confirm", "欧阳娜娜", "Confirm and Sign"),
        done("Thank you for confirming the result"),
        { trigger: "#confirm:contains(欧阳娜娜):not(:has(form))" },
    ],
});

/** A customer with an account: finds, complains about an order, and withdraws. */
tours.add("complaint_portal_account", {
    steps: () => [
        { trigger: ".o_portal_index_card a:contains(Complaints)", run: "click", expectUnloadPage: true },
        { trigger: ".o_complaint_row:contains(The lift stands still)" },
        { trigger: "#complaint_search", run: "edit heating" },
        { trigger: ".o_complaint_search button", run: "click", expectUnloadPage: true },
        {
            trigger:
                ".o_complaint_list:not(:has(:contains(The lift stands still))) .o_complaint_row:contains(The heating does not work)",
        },
        { trigger: "#complaint_search", run: "edit nothing of that" },
        { trigger: ".o_complaint_search button", run: "click", expectUnloadPage: true },
        {
            trigger: "[role=status]:contains(Nothing was found) a:contains(Show all complaints)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_complaint_row:contains(The lift stands still)" },
    ],
});

tours.add("complaint_portal_order", {
    steps: () => [
        { trigger: "a:contains(Complain about this order)", run: "click", expectUnloadPage: true },
        {
            content: "The order is chosen already",
            trigger: "select[name=order]",
            run({ anchor }) {
                if (!anchor.selectedOptions[0].textContent.startsWith("S")) {
                    throw new Error("No order is chosen.");
                }
            },
        },
        { trigger: "textarea[name=description]", run: "edit It came broken." },
        ...consentAndSend,
        { trigger: "a.btn:contains(See my complaint)", run: "click", expectUnloadPage: true },
        { trigger: "#withdraw summary", run: "click" },
        { trigger: "#withdraw textarea", run: "edit I have found the missing part." },
        { trigger: "#withdraw input[name=sure]", run: "click" },
        { trigger: "#withdraw button[type=submit]", run: "click", expectUnloadPage: true },
        done("Your complaint is withdrawn"),
    ],
});
