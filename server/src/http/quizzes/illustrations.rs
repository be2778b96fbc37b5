//! Pictures of imported files: checked like any other, and stored until the author decides, like those that
//! are added in the editor.

use std::collections::BTreeMap;
use std::mem::take;
use std::time::Duration;

use protocol::PictureId;

use super::{Files, Refusal};
use crate::quizzes::QuizzesError;
use crate::quizzes::import::{BroughtPicture, Imported, MissingPicture};
use crate::quizzes::picture::{self, Picture, PictureError};
use crate::quota::Payer;
use crate::workers::{Budget, Limits};

/// The budget for all pictures of one file; each has one of its own besides.
const LIMITS: Limits = Limits {
    unpacked_bytes: u64::MAX,
    held_bytes: u64::MAX,
    steps: u64::MAX,
    busy: Duration::from_secs(3),
    elapsed: Duration::from_secs(12),
};

/// A checked picture, or why it was refused, as the end of a sentence.
type CheckedPicture = (usize, String, Result<Picture, String>);

/// Stores the pictures of an imported file, and links them to their questions. Pictures that cannot
/// be stored are reported.
pub(super) async fn store_pictures(files: &Files, payer: &Payer, mut imported: Imported) -> Result<Imported, Refusal> {
    forget_missing(files, &mut imported).await?;
    let brought = take(&mut imported.pictures);
    if brought.is_empty() {
        return Ok(imported);
    }
    let looked: Vec<CheckedPicture> =
        files.parts.workers.run(LIMITS, move |budget| check_pictures(brought, budget)).await?;
    for (at, words, picture) in looked {
        let kept = match picture {
            Ok(picture) => files.parts.library.add_picture(payer, &picture).await.map_err(|error| clause(&error)),
            Err(why) => Err(why),
        };
        match (kept, imported.quiz.questions.get_mut(at)) {
            (Ok(id), Some(question)) => (question.picture, question.picture_alt) = (Some(id), words),
            (Ok(_), None) => {}
            (Err(why), _) => imported.missing.push(MissingPicture::because(at, why)),
        }
    }
    imported.quiz = imported.quiz.cleaned();
    imported.missing.sort_by_key(|missing| missing.question);
    Ok(imported)
}

fn check_pictures(brought: Vec<BroughtPicture>, budget: &Budget) -> Vec<CheckedPicture> {
    let look = |BroughtPicture { question, bytes, words }| {
        let looked = match budget.check() {
            Ok(()) => picture::clean(&bytes, &Budget::of(picture::LIMITS)).map_err(PictureError::clause),
            Err(_) => Err("looking at the others took too long".into()),
        };
        (question, words, looked)
    };
    brought.into_iter().map(look).collect()
}

/// Why a picture was not stored, as the end of a sentence.
fn clause(error: &QuizzesError) -> String {
    match error {
        QuizzesError::Quota(_) => "there is no more room for yours today".into(),
        _ => "pictures cannot be kept just now".into(),
    }
}

/// Removes ids of pictures that are not here: our own files name pictures by their ids, which another
/// server may not have.
async fn forget_missing(files: &Files, imported: &mut Imported) -> Result<(), Refusal> {
    let mut known: BTreeMap<PictureId, bool> = BTreeMap::new();
    for (at, question) in imported.quiz.questions.iter_mut().enumerate() {
        let Some(id) = question.picture.clone() else { continue };
        let is_known = match known.get(&id) {
            Some(is_known) => *is_known,
            None => {
                let is_named = picture::Kind::of_id(&id).is_some();
                let is_known = is_named && files.parts.library.store.picture(&id).await?.is_some();
                known.insert(id, is_known);
                is_known
            }
        };
        if !is_known {
            question.picture = None;
            imported.missing.push(MissingPicture::because(at, "it is kept on another server"));
        }
    }
    Ok(())
}
