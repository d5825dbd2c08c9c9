import type Router from '@koa/router';

/** What stands for every address that is no route. */
const NO_ROUTE = 'none';

/** Tells the pattern of the route that a path is meant for, whoever is let in there: never the path as it came. */
export function routePatterns(routers: readonly Router[]): (path: string) => string {
  const layers = routers.flatMap(({ stack }) => stack).filter(({ methods }) => methods.length > 0);
  return (path) => String(layers.find((layer) => layer.match(path))?.path ?? NO_ROUTE);
}
