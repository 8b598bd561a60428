import type { FromSidebar, ToSidebar } from '../src/protocol/sidebar';
import { SidebarPage } from './sidebar-page';
import { vscodeTransport } from './transport';

new SidebarPage(document.getElementById('root') ?? document.body, vscodeTransport<FromSidebar, ToSidebar, undefined>());
