import { driveRegistrar } from './drive-registrar';
import { AZURE } from './platforms';

driveRegistrar(AZURE);
