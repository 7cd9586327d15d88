// Builds a target of angular.json, as `ng run` does: node build.mjs app:page
import { createRequire } from 'node:module';

// They are packages of Angular's builder, which has them where it stands.
const builder = createRequire(createRequire(import.meta.url).resolve('@angular/build/package.json'));
const { Architect } = builder('@angular-devkit/architect');
const { WorkspaceNodeModulesArchitectHost } = builder('@angular-devkit/architect/node');
const core = createRequire(builder.resolve('@angular-devkit/architect'));
const { logging, schema, workspaces } = core('@angular-devkit/core');
const { NodeJsSyncHost } = core('@angular-devkit/core/node');

const host = workspaces.createWorkspaceHost(new NodeJsSyncHost());
const { workspace } = await workspaces.readWorkspace(process.cwd(), host);
const registry = new schema.CoreSchemaRegistry();
registry.addPostTransform(schema.transforms.addUndefinedDefaults);
const architect = new Architect(new WorkspaceNodeModulesArchitectHost(workspace, process.cwd()), registry);
const logger = new logging.Logger('build');
logger.subscribe(({ message }) => console.log(message));
const [project, target] = process.argv[2].split(':');
const run = await architect.scheduleTarget({ project, target }, {}, { logger });
const { success, error } = await run.lastOutput;
await run.stop();
if (!success) console.error(error ?? 'the build failed');
process.exit(success ? 0 : 1);
