import { driveRegistrar } from './drive-registrar';
import { TENCENT } from './platforms';

driveRegistrar(TENCENT);
