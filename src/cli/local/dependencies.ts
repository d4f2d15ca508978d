import { SupersededResource } from './state';

/**
 * Orders nodes so that each comes after the nodes that it depends on. Otherwise the nodes stay in the given order, so the same input
 * gives the same order. Dependencies that are not among the nodes are ignored.
 *
 * @param onCycle receives nodes that depend on each other, with the first node again at the end; if it returns, they stay as given
 */
export function inDependencyOrder(
  nodes: readonly string[], dependenciesOf: (node: string) => Iterable<string>, onCycle: (cycle: string[]) => void,
): string[] {
  const known = new Set(nodes);
  const done = new Set<string>();
  const ordered: string[] = [];
  const visit = (node: string, path: readonly string[]): void => {
    if (done.has(node)) {
      return;
    }
    if (path.includes(node)) {
      onCycle([...path.slice(path.indexOf(node)), node]);
      return;
    }
    for (const dependency of dependenciesOf(node)) {
      if (known.has(dependency)) {
        visit(dependency, [...path, node]);
      }
    }
    if (!done.has(node)) {
      done.add(node);
      ordered.push(node);
    }
  };
  nodes.forEach(node => visit(node, []));
  return ordered;
}

/** Orders resources for deletion, so that each comes before the resources that it was made after. */
export function dependentsFirst(resources: readonly SupersededResource[]): SupersededResource[] {
  const ids = [...new Set(resources.map(({ logicalId }) => logicalId))];
  const dependenciesOf = (id: string): string[] => resources.filter(each => each.logicalId === id).flatMap(each => each.dependencies);
  // The resources can come from several templates, which need not agree on the dependencies.
  const order = inDependencyOrder(ids, dependenciesOf, () => undefined).reverse();
  return order.flatMap(id => resources.filter(each => each.logicalId === id).reverse());
}
