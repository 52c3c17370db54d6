import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** Says at once that files are too many or too large, before they are sent in vain. The server minds too. */
export class FormFiles extends Interaction {
    static selector = "form.o_complaint_public_form";
    dynamicContent = {
        "input[type=file]": { "t-on-change": this.onChange },
    };

    /** The words stand in the page, in the language of the page. */
    getText(name) {
        return this.el.querySelector(`.o_complaint_${name}`).textContent;
    }

    onChange(ev) {
        const files = [...ev.currentTarget.files];
        const { fileCount, fileSize } = this.el.dataset;
        const message = this.el.querySelector("#complaint_files_error");
        const large = files.find((file) => file.size > Number(fileSize) * 1024 * 1024);
        let text = "";
        if (files.length > Number(fileCount)) {
            text = this.getText("many");
        } else if (large) {
            text = `${this.getText("large")} ${large.name}`;
        }
        message.textContent = text;
        ev.currentTarget.setCustomValidity(text);
        ev.currentTarget.classList.toggle("is-invalid", Boolean(text));
    }
}

registry.category("public.interactions").add("complaint_management.form_files", FormFiles);

/** After a refusal the list of what is wrong comes first, for the keyboard and for screen readers. */
export class FormErrors extends Interaction {
    static selector = "#complaint_errors";

    start() {
        this.el.focus();
    }
}

registry.category("public.interactions").add("complaint_management.form_errors", FormErrors);
