//! Pictures in imported files, as the page of the import shows them.

use reqwest::{Method, StatusCode};
use rust_xlsxwriter::{Image, Workbook};

use crate::browser::Browser;
use crate::node::TestNode;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_beyond_the_limit_is_told_by_its_row_and_the_question_is_taken() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Browser::at(&node).await;
    let file = workbook(&noise(1_200_000));
    assert!(file.len() > 1_200_000, "{}", file.len());
    let request = ana.request(Method::POST, "/api/import-quiz?name=Plants.xlsx").header("accept", "text/html");
    let answer = ana.send(request.body(file)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let page = answer.text().await.unwrap();
    for part in [
        "The one question is understood",
        "Question 1: the picture in row 2 was not taken, because it has more than 1 MiB.",
        "Save the quiz",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    node.stop().await;
}

/// A sheet of one question with a picture beside it.
fn workbook(picture: &[u8]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let rows =
        [["Question", "Answer 1", "Answer 2", "Time limit", "Correct answer(s)"], ["Which?", "a", "b", "20", "2"]];
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(row, column, text).unwrap();
        }
    }
    sheet.insert_image(1, 5, &Image::new_from_buffer(picture).unwrap()).unwrap();
    workbook.save_to_buffer().unwrap()
}

/// So many bytes: the header of a PNG, then data that does not compress.
fn noise(bytes: u32) -> Vec<u8> {
    let mut noise: Vec<u8> = (0..bytes).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89";
    noise.splice(..header.len(), header.iter().copied());
    noise
}
