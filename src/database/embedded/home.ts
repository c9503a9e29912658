// Where the cluster rests and who owns it; decides between the data folder and a place outside of a private home.
import { createHash } from 'node:crypto'
import { chmod, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { canReach, findOwner, findUnprivilegedUser, isRoot, type SystemUser } from './user.ts'

/** `cluster` is PostgreSQL's own folder, the rest is ours and lies beside it. */
export type Home = Readonly<{
  user: SystemUser | undefined
  cluster: string
  password: string
  port: string
  guests: string
  lock: string
  log: string
}>

type Report = (message: string) => void

/** Root's place for what another user must reach. */
export const sharedFolder = '/var/lib/metaloom'

/** Chooses the folder for the cluster below `dataDir`, and its user, and makes the folder when it is missing. */
export async function openHome(dataDir: string, report: Report): Promise<Home> {
  await mkdir(dataDir, { recursive: true })
  const inside = join(await realpath(dataDir), 'postgres')
  return isRoot() ? await openAsRoot(inside, report) : await openAsSelf(inside)
}

async function openAsSelf(folder: string): Promise<Home> {
  const owner = await findOwner(clusterOf(folder))
  const self = process.getuid?.()
  if (owner && self !== undefined && owner.uid !== self)
    throw new Error(
      `The database in ${folder} belongs to the user ${owner.name}, but Metaloom runs with the id ${self}; start it as that user or as root, or set METALOOM_DATA_DIR to another folder`,
    )
  return await createHome(folder, undefined)
}

async function openAsRoot(inside: string, report: Report): Promise<Home> {
  const outside = join(sharedFolder, `data-${createHash('sha256').update(inside).digest('hex').slice(0, 16)}`)
  const user = await findUnprivilegedUser()
  const folder =
    (await findExisting([inside, outside])) ?? ((await canReach(user, join(inside, '..'))) ? inside : outside)
  if (folder === outside)
    report(
      `The database is kept in ${outside}, because PostgreSQL cannot run as root and its user cannot enter ${inside}`,
    )
  return await createHome(folder, await checkOwner(folder, user))
}

async function findExisting(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) if (await findOwner(clusterOf(folder))) return folder
  return undefined
}

/** An existing cluster keeps its owner, unless a copy made by root gave it to root. */
async function checkOwner(folder: string, user: SystemUser): Promise<SystemUser> {
  const owner = await findOwner(clusterOf(folder))
  const chosen = owner && owner.uid !== 0 ? owner : user
  if (owner && !(await canReach(chosen, folder)))
    throw new Error(
      `The database in ${folder} belongs to the user ${chosen.name}, who can no longer enter that folder; let others enter it and every folder above it (chmod o+x)`,
    )
  return chosen
}

async function createHome(folder: string, user: SystemUser | undefined): Promise<Home> {
  await mkdir(folder, { recursive: true })
  if (user) await chmod(folder, 0o755)
  if (user && folder.startsWith(sharedFolder)) await chmod(sharedFolder, 0o755)
  const path = (name: string) => join(folder, name)
  return {
    user,
    cluster: clusterOf(folder),
    password: path('password'),
    port: path('port'),
    guests: path('guests'),
    lock: path('lock'),
    log: path('server.log'),
  }
}

function clusterOf(folder: string): string {
  return join(folder, 'cluster')
}
