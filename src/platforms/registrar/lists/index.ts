import { listHandler } from './list-handler';
import { LOAD_BALANCER } from '../../load-balancer/registrar/load-balancer-service';
import { ROLES_ANYWHERE } from '../../roles-anywhere/registrar/roles-anywhere-service';

/** The entry points of the functions that give the revocation lists of a CA to services of AWS. */
export const rolesAnywhere = listHandler(ROLES_ANYWHERE);
export const loadBalancer = listHandler(LOAD_BALANCER);
