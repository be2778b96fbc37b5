//! Importing a quiz from a file.

use leptos::prelude::*;

use crate::components::icon::{DOWNLOAD, UPLOAD, icon};
use crate::upload;

/// A plain form: the file's name is sent with it, and the answer is the page that shows what was understood.
#[component]
pub(crate) fn Import() -> impl IntoView {
    view! {
        <form class="starting__import" method="post" action=upload::IMPORT enctype="multipart/form-data">
            <label class="field__label" for="import-file">
                "Import a quiz"
            </label>
            <div class="starting__row">
                <input
                    class="field__input field__input--file"
                    id="import-file"
                    name="file"
                    type="file"
                    accept=".json,.csv,.tsv,.txt,.gift,.xlsx,.xlsm,.h5p,.cqa"
                    aria-describedby="import-help"
                    required
                />
                <button class="button button--quiet">{icon(UPLOAD)} "Import"</button>
            </div>
            <span class="field__help" id="import-help">
                "A CSV or Excel sheet (Kahoot, Blooket, Quizizz, Gimkit), JSON, H5P, GIFT or Aiken. You see what was \
                 understood before anything is saved."
            </span>
            <p class="starting__templates">
                {icon(DOWNLOAD)}
                <span>
                    "Template: " <a href="/quizzes/template.xlsx" download rel="external">
                        "Excel"
                    </a> " or " <a href="/quizzes/template.csv" download rel="external">
                        "CSV"
                    </a>
                </span>
            </p>
        </form>
    }
}
