/** Every flow by its name, one file for each feature. */
import { account } from './account.js';
import { branded } from './branded.js';
import { codes, enrolment } from './codes.js';
import { consent } from './consent.js';
import { device } from './device.js';
import { firstAccount } from './first-account.js';
import { github } from './github.js';
import { home } from './home.js';
import { identity } from './identity.js';
import { invitation } from './invitation.js';
import { judgeItself } from './judge-itself.js';
import { languages } from './languages.js';
import { narrow, remember } from './narrow.js';
import { linking, openIdProvider, providerFails } from './openid-provider.js';
import { passkey, passkeyElsewhere } from './passkey.js';
import { refusals } from './refusals.js';
import { reset, resetByMail } from './reset.js';
import { servers } from './servers.js';
import { signIn } from './sign-in.js';
import { withoutScripts } from './without-scripts.js';

export const FLOWS = {
  'provider fails': providerFails, // waits a minute
  'the judge': judgeItself,
  languages,
  account,
  'first account': firstAccount,
  'sign-in': signIn,
  consent,
  narrow,
  remember,
  'without scripts': withoutScripts,
  device,
  home,
  refusals,
  identity,
  servers,
  codes,
  enrolment,
  passkey,
  'passkey elsewhere': passkeyElsewhere,
  reset,
  'reset by mail': resetByMail,
  invitation,
  'openid provider': openIdProvider,
  linking,
  github,
  branded,
};
