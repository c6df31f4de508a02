/** Every language: what the browser prefers, and what a client asks for. */
const LANGUAGES = { en: 'en-GB', de: 'de-AT', fr: 'fr-CA', es: 'es-MX', ja: 'ja-JP', zh: 'zh-CN', pt: 'pt-BR' };

export async function languages(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('languages');
  const english = new Map();
  for (const [language, locale] of Object.entries(LANGUAGES)) {
    const person = await stage.person({ locale });
    const client = await stage.client(door);
    const pages = {
      'sign-in': async () => person.goto(client.url()),
      'sign-in refused': async () => person.signIn(`${user}-${language}`, 'not the password'),
      consent: async () => {
        await person.goto(client.url());
        await person.signIn(user, door.password);
      },
      home: async () => person.goto(`${door.origin}/`),
      device: async () => person.goto(`${door.origin}/device`),
      account: async () => person.goto(`${door.origin}/account/connections`),
      'unknown redirect': async () => person.goto(client.url({ redirect_uri: 'https://elsewhere.example/callback' })),
    };
    for (const [title, open] of Object.entries(pages)) {
      await open();
      await stage.judge(person, `${title}, ${language}`, { language, few: true });
      const heading = await person.page.locator('h1').innerText();
      if (language === 'en') english.set(title, heading);
      else stage.step(`${title} has its words in ${language}`, heading !== english.get(title), heading);
    }
    await person.leave();
  }
  const person = await stage.person({ locale: 'en-GB' });
  const client = await stage.client(door);
  await person.goto(client.url({ ui_locales: 'xx ja' }));
  const shown = await person.page.locator('html').getAttribute('lang');
  stage.step('a client can ask for a language (ui_locales)', shown === 'ja', shown);
}
