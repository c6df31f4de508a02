//! Many at once, over several threads.

use std::{collections::HashSet, sync::Arc};

use tokio::task::JoinSet;

use crate::world::{Answer, World};

const MANY: usize = 200;

async fn at_once<F, T>(world: &Arc<World>, act: F) -> Vec<Answer>
where
    F: Fn(Arc<World>) -> T,
    T: Future<Output = Answer> + Send + 'static,
{
    let mut all = JoinSet::new();
    for _ in 0..MANY {
        all.spawn(act(Arc::clone(world)));
    }
    all.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_of_one_code_exactly_one_succeeds() {
    let world = Arc::new(World::new().await);
    let client = world.client().await;
    let code = world.code(&client).await;
    let answers = at_once(&world, |world| {
        let (client, code) = (client.clone(), code.clone());
        async move { world.redeem(&client, &code).await }
    })
    .await;
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(won.len(), 1); // AZ-09
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        lost.refuses(400, "invalid_grant");
    }
    let tokens = won[0].tokens();
    world
        .refresh(&client, &tokens.refresh)
        .await
        .refuses(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_refreshes_of_one_token_all_get_the_same_pair() {
    let world = Arc::new(World::new().await);
    let client = world.client().await;
    let first = world.tokens(&client).await;
    let answers = at_once(&world, |world| {
        let (client, token) = (client.clone(), first.refresh.clone());
        async move { world.refresh(&client, &token).await }
    })
    .await;
    let pairs: HashSet<_> = answers
        .iter()
        .map(|answer| (answer.tokens().access, answer.tokens().refresh))
        .collect();
    assert_eq!(pairs.len(), 1); // TK-03, interop 38
    let (_, successor) = pairs.into_iter().next().expect("one");
    assert_eq!(world.refresh(&client, &successor).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_equal_registrations_make_one_client() {
    let world = Arc::new(World::new().await);
    let answers = at_once(&world, |world| async move {
        let document = serde_json::json!({
            "redirect_uris": ["http://localhost/cb"],
            "token_endpoint_auth_method": "none",
        });
        world.register(&document).await
    })
    .await;
    let registered = answers.iter().filter(|answer| answer.status == 201);
    let ids: HashSet<_> = registered
        .map(|answer| answer.json()["client_id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1); // interop 16
    assert_eq!(
        world.administration.clients().await.expect("listed").len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_answers_to_one_request_exactly_one_counts() {
    let world = Arc::new(World::new().await);
    let client = world.client().await;
    let mut person = world.signed_in("alice").await;
    let request = crate::world::AuthorizeRequest::new(&client);
    let page = Arc::new(person.consent_page(&world, &request).await);
    let answers = at_once(&world, |world| {
        let (mut person, page) = (person.clone(), Arc::clone(&page));
        async move { person.answer(&world, &page, &[("decision", "allow")]).await }
    })
    .await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 303).count(),
        1
    );
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status.as_u16(), 303 | 200))
    ); // CO-09: the others are told what became of the first
}
