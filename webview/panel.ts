import type { FromPanel, PanelMemory, ToPanel } from '../src/protocol/panel';
import { PanelPage } from './panel-page';
import { vscodeTransport } from './transport';

new PanelPage(document.getElementById('root') ?? document.body, vscodeTransport<FromPanel, ToPanel, PanelMemory>());
