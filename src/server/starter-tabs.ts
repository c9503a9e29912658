// The tabs that GraphiQL opens with: log in, define, query.

/** The kinds of API that a page can be for. */
export type GraphiQLKind = 'data' | 'admin' | 'platform'

type Tab = Readonly<{ query: string; headers?: string }>

const tokenHeader = JSON.stringify({ Authorization: 'Bearer <paste the token here>' }, null, 2)

function loginTab(email: string): Tab {
  return {
    query: `# 1. Log in, and paste the token into the Headers of the other tabs.
mutation LogIn {
  login(email: ${JSON.stringify(email)}, password: "") {
    token
    expiresAt
  }
}
`,
  }
}

const adminTabs: readonly Tab[] = [
  {
    headers: tokenHeader,
    query: `# 2. Define an entity; the data API has it a moment later.
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
  },
  {
    headers: tokenHeader,
    query: `# 3. Look at what is defined.
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
  },
]

const dataTabs: readonly Tab[] = [
  {
    headers: tokenHeader,
    query: `# 2. Write and read: these fields exist once the entity "task" is defined in the admin API.
mutation Create {
  createTask(input: { title: "Water the plants" }) {
    id
    title
    done
  }
}

query Tasks {
  tasks(first: 10) {
    totalCount
    nodes {
      id
      title
      done
      createdAt
    }
  }
}
`,
  },
]

const platformTabs: readonly Tab[] = [
  {
    headers: tokenHeader,
    query: `# 2. The apps of this server.
query Apps {
  apps {
    name
    displayName
  }
}
`,
  },
]

/** The tabs for one kind of API; the log-in comes first. */
export function starterTabs(kind: GraphiQLKind, adminEmail: string): Tab[] {
  const tabs = { admin: adminTabs, data: dataTabs, platform: platformTabs }[kind]
  return [loginTab(adminEmail), ...tabs]
}
