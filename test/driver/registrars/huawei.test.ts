import { driveRegistrar } from './drive-registrar';
import { HUAWEI } from './platforms';

driveRegistrar(HUAWEI);
