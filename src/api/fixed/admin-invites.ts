// Invites in the admin API: who may become a user by choosing a password.
import {
  createInvite,
  createInvites,
  type Invite,
  type InviteBatch,
  listInvites,
  type NewInvite,
  revokeInvite,
  type SkippedInvite,
} from '../../auth/invites.ts'
import type { Context } from '../context.ts'
import { type Tell, withNews } from './account-news.ts'
import { type Builder, dateTimeType, jsonType } from './builder.ts'
import { checkPage, pageArguments } from './page-arguments.ts'

type InviteType = ReturnType<typeof addInviteType>

/** Adds the invites and what can be done with them. */
export function addInvites(builder: Builder<Context>): void {
  const inviteType = addInviteType(builder)
  builder.queryField('invites', (t) =>
    t.field({
      type: [inviteType],
      access: 'admin',
      description: 'The invites that can still be accepted, the latest first.',
      args: { first: t.arg.int(pageArguments.first), offset: t.arg.int(pageArguments.offset) },
      resolve: async (_, page, { app }) => {
        checkPage(page)
        return [...(await listInvites(app.pool, page))]
      },
    }),
  )
  addInviting(builder, inviteType)
  builder.mutationField('revokeInvite', (t) =>
    t.field({
      type: inviteType,
      access: 'admin',
      description: 'Takes an invite back, so that its token is good no more.',
      args: { id: t.arg.id({ required: true, description: 'The id of the invite.' }) },
      resolve: (_, { id }, { app }) => revokeInvite(app.pool, String(id)),
    }),
  )
}

function addInviteType(builder: Builder<Context>) {
  return builder.objectRef<Invite>('Invite').implement({
    description: 'Lets somebody become a user, by `acceptInvite` in the data API.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'The id of the invite.' }),
      email: t.exposeString('email', { description: 'The e-mail that the user will log in with.' }),
      roles: t.field({
        type: ['String'],
        description: 'The roles that the user will have.',
        resolve: ({ roles }) => [...roles],
      }),
      attributes: t.field({
        type: jsonType,
        description: 'The attributes that the user will have.',
        resolve: ({ attributes }) => attributes,
      }),
      createdAt: t.field({
        type: dateTimeType,
        description: 'When it was made.',
        resolve: ({ createdAt }) => createdAt,
      }),
      expiresAt: t.field({
        type: dateTimeType,
        description: 'When it ends.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  })
}

function addInviting(builder: Builder<Context>, inviteType: InviteType): void {
  const input = addInviteInput(builder)
  const newType = addNewInviteType(builder, inviteType)
  const batchType = addBatchType(builder, newType)
  builder.mutationField('createInvite', (t) =>
    t.field({
      type: newType,
      access: 'admin',
      description: 'Invites somebody for 72 hours.',
      args: { input: t.arg({ type: input, required: true, description: 'Whom, and as what.' }) },
      resolve: (_, { input: given }, context) =>
        withNews(context, async (sql, tell) => {
          const made = await createInvite(sql, given)
          await tell(describeInvite(made))
          return made
        }),
    }),
  )
  builder.mutationField('createInvites', (t) =>
    t.field({
      type: batchType,
      access: 'admin',
      description: 'Invites up to 100 people. Those who cannot be invited are skipped and reported.',
      args: { inputs: t.arg({ type: [input], required: true, description: 'Whom, and as what.' }) },
      resolve: (_, { inputs }, context) =>
        withNews(context, async (sql, tell) => {
          const batch = await createInvites(sql, inputs)
          for (const made of batch.created) await tell(describeInvite(made))
          return batch
        }),
    }),
  )
}

/** What a webhook that mails it is told. */
function describeInvite({ invite, token }: NewInvite): Parameters<Tell>[0] {
  const { id, email, roles, attributes, expiresAt } = invite
  return {
    event: 'invite_created',
    id,
    account: { id, email, roles, attributes, expires_at: expiresAt },
    token,
  }
}

function addInviteInput(builder: Builder<Context>) {
  return builder.inputType('InviteInput', {
    description: 'Somebody to invite.',
    fields: (t) => ({
      email: t.string({ required: true, description: 'The e-mail that they will log in with.' }),
      roles: t.stringList({ description: 'The roles that they will have.' }),
      attributes: t.field({ type: jsonType, description: 'The attributes that they will have, an object.' }),
    }),
  })
}

function addNewInviteType(builder: Builder<Context>, inviteType: InviteType) {
  return builder.objectRef<NewInvite>('NewInvite').implement({
    description: 'An invite that was just made.',
    fields: (t) => ({
      invite: t.field({ type: inviteType, description: 'The invite.', resolve: ({ invite }) => invite }),
      token: t.exposeString('token', { description: 'To send to the person. It is shown only now.' }),
    }),
  })
}

function addBatchType(builder: Builder<Context>, newType: ReturnType<typeof addNewInviteType>) {
  const skippedType = builder.objectRef<SkippedInvite>('SkippedInvite').implement({
    description: 'Somebody who was not invited.',
    fields: (t) => ({
      index: t.exposeInt('index', { description: 'The place in `inputs`, from 0.' }),
      email: t.exposeString('email', { description: 'The e-mail as it was given.' }),
      message: t.exposeString('message', { description: 'Why not.' }),
    }),
  })
  return builder.objectRef<InviteBatch>('InviteBatch').implement({
    description: 'What became of many invites.',
    fields: (t) => ({
      created: t.field({
        type: [newType],
        description: 'Those that were made.',
        resolve: ({ created }) => [...created],
      }),
      skipped: t.field({
        type: [skippedType],
        description: 'Those that were not.',
        resolve: ({ skipped }) => [...skipped],
      }),
    }),
  })
}
