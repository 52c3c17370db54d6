import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";

/** Letters that fill a square each: drawn as narrow as Latin ones they cannot be read. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/;

/**
 * Name and signature of Odoo, with names for the controls that show only an icon. Nothing is loaded from a
 * file here: a signature is drawn, or made from the typed name.
 */
class CustomerNameAndSignature extends NameAndSignature {
    static template = "complaint_management.NameAndSignature";

    /** First comes what is signed: the page begins at its top, and the focus stays where it is. */
    focusName() {}

    /** What was begun before does not show up any more. */
    clear() {
        this.printing = {};
        super.clear();
    }

    getSVGText(font, text, width, height) {
        const picture = super.getSVGText(font, text, width, height);
        if (text.length > 5 || !WIDE.test(text)) {
            return picture;
        }
        return picture.replace(/textLength=(%22|")[\d.]*(%22|")/, "");
    }

    /** Show a picture; of several that were begun while somebody types, the last one. */
    async printImage(source) {
        this.clear();
        const printing = this.printing;
        const image = new Image();
        image.src = source;
        await image.decode();
        if (printing !== this.printing) {
            return;
        }
        const canvas = this.signaturePad.canvas;
        const ratio = Math.min(canvas.width / image.width, canvas.height / image.height);
        const [width, height] = [image.width * ratio, image.height * ratio];
        canvas
            .getContext("2d")
            .drawImage(image, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
        this.signaturePad._isEmpty = false;
        this.props.signature.isSignatureEmpty = false;
        this.props.onSignatureChange(this.state.signMode);
    }
}

/**
 * A signature within an ordinary form: the picture goes into a hidden field when the form is sent. Whoever
 * cannot draw types the name.
 */
export class CustomerSignature extends Component {
    static template = "complaint_management.CustomerSignature";
    static components = { CustomerNameAndSignature };
    static props = { defaultName: { type: String, optional: true } };

    setup() {
        this.rootRef = useRef("root");
        this.pictureRef = useRef("picture");
        this.state = useState({ error: "" });
        this.signature = useState({
            name: this.props.defaultName || "",
            isSignatureEmpty: true,
            getSignatureImage: () => "",
            resetSignature: () => {},
        });
        this.onSubmit = this.onSubmit.bind(this);
        onMounted(() => {
            this.form = this.rootRef.el.closest("form");
            this.form?.addEventListener("submit", this.onSubmit);
        });
        onWillUnmount(() => this.form?.removeEventListener("submit", this.onSubmit));
    }

    get nameAndSignatureProps() {
        return {
            signature: this.signature,
            fontColor: "DarkBlue",
            onSignatureChange: () => {
                if (!this.signature.isSignatureEmpty) {
                    this.state.error = "";
                }
            },
        };
    }

    onSubmit(ev) {
        if (!this.signature.name.trim() || this.signature.isSignatureEmpty) {
            ev.preventDefault();
            ev.stopImmediatePropagation();
            this.state.error = _t("Enter your name and sign in the field, please.");
            return;
        }
        this.pictureRef.el.value = this.signature.getSignatureImage();
    }
}

registry.category("public_components").add("complaint_management.signature", CustomerSignature);
