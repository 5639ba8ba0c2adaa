// SPDX-License-Identifier: LGPL-2.1-or-later
// A dialog over a page: a heading, a way out, and content that a keyboard can scroll.
import { useLingui } from '@lingui/react/macro';
import { ModalPage, ModalPageHeader, PanelHeaderClose } from '@vkontakte/vkui';
import { type ReactNode, useCallback } from 'react';
import { useStill, useWide } from './useMedia';

interface DialogProps {
  id: string;
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function Dialog({ id, title, open, onClose, children }: DialogProps) {
  const { t } = useLingui();
  const wide = useWide();
  const still = useStill();
  // VKUI's own scroller: with nothing to press inside, a keyboard needs a way into it.
  const scroller = useCallback((box: HTMLDivElement | null) => {
    box?.setAttribute('tabindex', '0');
    box?.setAttribute('role', 'region');
    box?.setAttribute('aria-label', title);
  }, [title]);
  return (
    <ModalPage
      getModalContentRef={scroller}
      id={id}
      open={open}
      onClose={onClose}
      size={520}
      settlingHeight={100}
      disableOpenAnimation={still}
      disableCloseAnimation={still}
      modalDismissButtonLabel={t`Закрыть`}
      header={<ModalPageHeader before={!wide && <PanelHeaderClose label={t`Закрыть`} onClick={onClose} />} typographyProps={{ Component: 'h2' }}>{title}</ModalPageHeader>}
    >
      {open && children}
    </ModalPage>
  );
}
