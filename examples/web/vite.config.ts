import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The API has the page's own origin, as behind a proxy in production: no CORS is needed.
const proxy = { '/api': process.env.METALOOM_URL ?? 'http://127.0.0.1:4000' }

export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } })
