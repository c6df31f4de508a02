/** Requests that cannot be answered at their client: the page must explain itself. */
export async function refusals(stage) {
  const door = stage.doors.plain;
  const client = await stage.client(door);
  const person = await stage.person();
  const wrong = {
    'unknown client': client.url({ client_id: 'nobody' }),
    'unknown redirect': client.url({ redirect_uri: 'https://elsewhere.example/callback' }),
    'no redirect': client.url({ redirect_uri: '' }),
    'no client': `${client.metadata.authorization_endpoint}?response_type=code`,
    'expired request': client.url({ request_uri: 'urn:ietf:params:oauth:request_uri:gone' }),
  };
  for (const [title, url] of Object.entries(wrong)) {
    const answer = await person.goto(url);
    await stage.judge(person, title, { path: '/authorize' });
    stage.step(`${title}: a status of its own`, answer.status() >= 400 && answer.status() < 500, answer.status());
  }
  await person.goto(`${door.origin}/consent?flow=nonsense`);
  await stage.judge(person, 'nonsense flow');
  await person.goto(`${door.origin}/setup?token=nonsense`);
  await stage.judge(person, 'nonsense set-up link');
}
