/** Every flow by its name, one file each. */
import { consent } from './consent.js';
import { device } from './device.js';
import { firstAccount } from './first-account.js';
import { home } from './home.js';
import { identity } from './identity.js';
import { judgeItself } from './judge-itself.js';
import { refusals } from './refusals.js';
import { servers } from './servers.js';
import { signIn } from './sign-in.js';
import { withoutScripts } from './without-scripts.js';

export const FLOWS = {
  'the judge': judgeItself,
  'first account': firstAccount,
  'sign-in': signIn,
  consent,
  'without scripts': withoutScripts,
  device,
  home,
  refusals,
  identity,
  servers,
};
