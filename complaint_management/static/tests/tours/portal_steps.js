/** Choose a file, as a click into the field and the system's own window do. */
export const chooseFile = (trigger, name, content) => ({
    content: "Choose a file",
    trigger,
    run({ anchor }) {
        const chosen = new DataTransfer();
        chosen.items.add(new File([content], name, { type: "text/plain" }));
        anchor.files = chosen.files;
        anchor.dispatchEvent(new Event("change", { bubbles: true }));
    },
});

/** Sign in a section of the page with the name, which is typed. */
export const typeSignature = (section, name, button) => [
    { trigger: `${section} input[name=signer]`, run: `edit ${name}` },
    {
        content: "The name makes the signature",
        trigger: `${section} canvas`,
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
        trigger: `${section} button[type=submit]:contains(${button})`,
        run: "click",
        expectUnloadPage: true,
    },
];

/** Nothing of the page is cut off at the side. */
export const nothingCutOff = {
    content: "The page is no wider than the window",
    trigger: "#wrapwrap",
    run() {
        const excess = document.documentElement.scrollWidth - window.innerWidth;
        if (excess > 0) {
            throw new Error(`The page is ${excess} px too wide.`);
        }
    },
};
