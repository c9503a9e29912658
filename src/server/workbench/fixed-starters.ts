// Operations to start from in the admin API and on the platform, which are the same for every app.
import type { Starter } from '../../api/starters/starter.ts'

/** What is asked in the admin API first: define something, and look at what there is. */
export const adminStarters: readonly Starter[] = [
  {
    group: 'definitions',
    title: 'Define an entity',
    query: `# Define an entity; the data API has it a moment later.
mutation Define {
  createEntity(
    input: {
      name: "task"
      fields: [
        { name: "title", type: STRING, required: true }
        { name: "done", type: BOOLEAN, default: false }
        { name: "created_at", type: TIMESTAMP, auto: CREATE }
      ]
    }
  ) {
    name
    table
  }
}
`,
    samples: [],
  },
  {
    group: 'definitions',
    title: 'Look at what is defined',
    query: `# The entities, and the revision that every change raises.
query Definitions {
  metadata {
    revision
  }
  entities {
    name
    fields {
      name
      type
    }
  }
}
`,
    samples: [],
  },
  {
    group: 'people',
    title: 'Who has which roles',
    query: `# The users of this app.
query Users {
  users(first: 25) {
    id
    email
    roles
  }
}
`,
    samples: [],
  },
]

/** The same for the platform. */
export const platformStarters: readonly Starter[] = [
  {
    group: 'apps',
    title: 'The apps',
    query: `# The apps of this server.
query Apps {
  apps {
    name
    displayName
  }
}
`,
    samples: [],
  },
  {
    group: 'apps',
    title: 'Make an app',
    query: `# A new app, with a database of its own; its password is shown only now.
mutation MakeApp {
  createApp(name: "shop", displayName: "The shop") {
    adminEmail
    adminPassword
  }
}
`,
    samples: [],
  },
]
